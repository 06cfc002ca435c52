// How a clone comes to be: the one thing that differs between clones that are processes and clones that are machines.
import type { Instance, LaunchedClone } from './instance';
import type { Processes } from './processes';
import type { ServerTls } from './tls/authority';

/** What a fleet gives to whoever launches its clones. */
export interface Launching {
  /** The packed release. */
  readonly archive: string;
  readonly region: string;
  /** Every process that is started is told to these. */
  readonly processes: Processes;
  /** For whatever clones need on this machine's disk; removed with the fleet. */
  readonly folder: string;
  /** Where AWS's API is answered, on the loopback of this machine. */
  readonly endpoint: string;
  /** Whom clones trust to be their caches and databases. */
  readonly tls: Pick<ServerTls, 'ca' | 'caFile'>;
  /** The file that keeps what a clone says. */
  toLogFile(id: string): string;
  findPort(): Promise<number>;
  /** Something that people should know. */
  onEvent(text: string): void;
}

/** Starts one clone; it need not answer yet. It completes its ready hook itself, once it is ready. */
export type Launch = (instance: Instance) => Promise<LaunchedClone>;

/** Prepares what all clones of a fleet share, while the servers start. */
export type Launcher = (launching: Launching) => Promise<Launch>;
