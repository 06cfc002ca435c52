// One instance of the group: where it is in its life, in AWS's words, and the clone that it is.
import type { TemplateVersion } from './launch-templates';
import type { Address } from './physical';

/** @see https://docs.aws.amazon.com/autoscaling/ec2/userguide/ec2-auto-scaling-lifecycle.html */
export type LifecycleState =
  | 'Pending'
  | 'Pending:Wait'
  | 'Pending:Proceed'
  | 'InService'
  | 'Terminating'
  | 'Terminating:Wait'
  | 'Terminating:Proceed';

/** What a group needs of a clone, whether it is a process of this machine or a machine of its own. */
export interface LaunchedClone {
  /** Where the load balancer reaches it. */
  readonly address: Address;
  /** How it ended; undefined while it runs. */
  readonly ended: string | undefined;
  /** Of a clone that is a process of this machine: the folder of its release, and the app's process id. */
  readonly place?: { readonly folder: string; readonly pid: number };
  /** Settles when it is gone, with how it ended. */
  readonly exited: Promise<string>;
  /** Whether a path of the app answers 200. Rejects when nobody answers within the time. */
  answers(path: string, timeoutMs: number): Promise<boolean>;
  /**
   * It must go: it finishes what is under way, then it says so itself, by completing its stop hook. May resolve as soon as
   * it is told; the group waits for the hook.
   */
  leave(timeoutMs: number): Promise<void>;
  /** Ends it, by force when it has not ended within the time; nothing of it is left. */
  stop(timeoutMs: number): Promise<void>;
  /** What went wrong with it, with its last words. */
  toError(what: string): Error;
}

export interface Instance {
  readonly id: string;
  readonly zone: string;
  readonly launchedAt: Date;
  readonly tags: Readonly<Record<string, string>>;
  readonly slot: number;
  /** What it was launched from. */
  readonly template: TemplateVersion;
  state: LifecycleState;
  healthy: boolean;
  /** When it went into service. */
  inServiceAt?: Date;
  clone?: LaunchedClone;
  /** Settles when its launch has come to an end, one way or the other. */
  launch?: Promise<void>;
}

type Stated = Pick<Instance, 'state'>;

export const isPending = ({ state }: Stated): boolean => state.startsWith('Pending');
export const isTerminating = ({ state }: Stated): boolean => state.startsWith('Terminating');

/** What its metadata tells an instance of `autoscaling/target-lifecycle-state`. */
export const toTargetState = (instance: Stated): 'InService' | 'Terminated' =>
  isTerminating(instance) ? 'Terminated' : 'InService';
