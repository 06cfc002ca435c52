// What a verb is called with: where, and its flags.
import type { StageName } from '../config/names';
import type { Architecture } from '../config/node-types';

export interface Surroundings {
  /** The project's folder: where cdk.json is. */
  readonly project: string;
  readonly env: NodeJS.ProcessEnv;
}

export interface TargetFlags {
  readonly on?: 'local' | 'aws';
  readonly stage?: StageName;
}

export interface UpFlags {
  readonly stage: StageName;
  readonly port: number;
  readonly detach?: boolean;
  /** Clones are machines booted from the image of the release. */
  readonly machines?: boolean;
  readonly json?: boolean;
}

export interface ReleaseFlags {
  /** @default - this machine's */
  readonly arch?: Architecture | 'both';
  /** Path of a packed release. */
  readonly verify?: string;
  readonly json?: boolean;
}

export interface ImageFlags {
  readonly stage: StageName;
  readonly boot?: boolean;
  /** Where a copy of the disk goes. */
  readonly output?: string;
  readonly json?: boolean;
}

export interface PriceFlags {
  readonly stage?: StageName;
  readonly json?: boolean;
}

export interface BakeFlags {
  readonly stage: StageName;
  /** False with `--no-deploy`. */
  readonly deploy: boolean;
  readonly dryRun?: boolean;
  readonly yes?: boolean;
}
