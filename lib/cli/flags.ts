// What a verb is called with: where, and its flags.
import type { StageName } from '../config/names';

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
  readonly json?: boolean;
}

export interface PriceFlags {
  readonly stage?: StageName;
  readonly json?: boolean;
}
