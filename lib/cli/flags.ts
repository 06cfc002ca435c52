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

/** Of every verb that shows something. */
export interface ShowFlags extends TargetFlags {
  readonly json?: boolean;
  readonly watch?: boolean;
}

/** Of every verb that changes something. */
export interface ChangeFlags extends TargetFlags {
  /** Only say what would be touched. */
  readonly dryRun?: boolean;
  /** Go on without asking. */
  readonly yes?: boolean;
  /** Take the lock from whoever holds it. */
  readonly takeLock?: boolean;
  readonly json?: boolean;
}

export interface ProbeFlags extends ChangeFlags {
  /** Keeps people at the load balancer meanwhile. */
  readonly probe?: boolean;
}

export interface RollFlags extends ProbeFlags {
  /** How many failed requests, lost sessions and stale reads together still hold. @default 0 */
  readonly maxLost?: number;
}

export interface LogsFlags extends TargetFlags {
  /** How far back, in milliseconds. */
  readonly since: number;
  readonly follow?: boolean;
  /** Only lines that hold this. */
  readonly grep?: string;
  /** What operators did, in place of what clones say. */
  readonly audit?: boolean;
  readonly json?: boolean;
}

export interface ExecFlags extends ChangeFlags {
  /** @default - all clones */
  readonly clone?: readonly string[];
  /** Seconds. */
  readonly timeout: number;
}

export interface VerifyFlags extends TargetFlags {
  /** Folder of a cloud assembly. */
  readonly app?: string;
  readonly json?: boolean;
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
