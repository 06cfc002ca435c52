// What the rest of a fleet needs of a cache, whatever its engine.
import type { Server } from '../keep-alive';
import type { Address } from '../physical';
import type { CachePlan } from '../plan/cache';
import type { FleetProcess } from '../process';
import type { Processes } from '../processes';
import type { Program } from '../programs/program';
import type { ServerTls } from '../tls/authority';

export interface CacheServerOptions<Plan extends CachePlan> {
  readonly program: Program;
  readonly processes: Processes;
  readonly logFile: string;
  readonly folder: string;
  readonly port: number;
  readonly cache: Plan;
  /** By which it proves who it is. @default - it speaks no TLS */
  readonly tls?: ServerTls;
  /** The password of a user of the template, by the reference it holds. */
  readonly getPassword: (reference: { secretArn: string; key: string }) => string;
}

/** One node of a cache. */
export interface CacheNode extends Server {
  /** ElastiCache's name of it. */
  readonly id: string;
  /** What people call it. */
  readonly name: string;
  readonly address: Address;
  readonly process: FleetProcess;
  /** A node of an engine that knows no replicas is neither. */
  readonly role: 'primary' | 'replica' | undefined;
  /** A figure of CloudWatch, by its name there; undefined for one that the engine does not have. */
  measure(metric: string): Promise<number | undefined>;
}

export interface CacheServer {
  readonly plan: CachePlan;
  readonly address: Address;
  readonly program: Program;
  /** Each is brought back when it dies. */
  readonly nodes: readonly CacheNode[];
  /** Whether what is said to it is encrypted. */
  readonly isEncrypted: boolean;
  /** What it runs with, by the names of its parameter group: asked of the server itself where it tells. */
  readParameters(): Promise<Readonly<Record<string, string>>>;
  stop(): Promise<void>;
}
