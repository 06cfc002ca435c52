// `clonekit up`: from the source of a stage to a fleet that answers, and down again at a signal.
import { once } from 'node:events';
import { join } from 'node:path';
import type { StageName } from '../config/names';
import { OperatorError } from '../config/operator-error';
import type { ReleaseDescriptor } from '../release/descriptor';
import { Fleet } from './fleet';
import { claimHome, releaseHome, writeFleetFile } from './fleet-file';
import { findPortProblem } from './free-port';
import { type Home, toHome } from './home';
import type { Launcher } from './launch';
import { toPlan, withPatience } from './plan';
import { Stopped } from './process';
import { toRecord } from './process-record';
import { provideMissing, providePrograms } from './programs/provide';
import { roleOf } from './servers/caches';
import { synthesize } from './synthesize';
import { listTopology } from './topology';

export interface UpOptions {
  readonly project: string;
  readonly stage: StageName;
  /** Port of the load balancer; 0 picks a free one. */
  readonly port: number;
  readonly env: NodeJS.ProcessEnv;
  /** How clones come to be. @default - each is a process of this machine */
  readonly launcher?: Launcher;
  /** How many times longer than on AWS a clone may take to be ready. @default 1 */
  readonly patience?: number;
  readonly pack: (options: { outDir: string }) => Promise<ReleaseDescriptor>;
  /** Told of each step. */
  readonly report: Report;
  /** Aborted when the fleet shall stop, at any moment. */
  readonly stop: AbortSignal;
}

export interface Report {
  /** A step is done: what, in how many seconds, and a word about it. */
  step(name: string, seconds: number, detail: string): void;
  /** Something worth a line happened. */
  note(text: string): void;
  ready(fleet: ReadyFleet): void;
}

export interface ReadyFleet {
  readonly url: string;
  readonly endpoint: string;
  readonly region: string;
  readonly seconds: number;
  readonly topology: ReturnType<typeof listTopology>;
}

/** Runs a fleet until it is told to stop. Throws an OperatorError when it cannot start; by then all is stopped again. */
export async function up(options: UpOptions): Promise<void> {
  const home = toHome(options.project, options.env);
  try {
    await claimHome(home.folder, options.stage);
    try {
      await runStage(options, home);
    } finally {
      releaseHome(home.folder);
    }
  } catch (error) {
    // Once it was told to stop, whatever fails does so because of that.
    if (!options.stop.aborted) throw toStorageError(error, home);
  }
}

async function runStage(options: UpOptions, home: Home): Promise<void> {
  const began = Date.now();
  const { project, stage, port, env, report, stop } = options;
  await verifyPort(port);
  const step = async <T>(name: string, work: Promise<T>, toDetail: (value: T) => string): Promise<T> => {
    const start = Date.now();
    const value = await work;
    if (stop.aborted) throw new Stopped();
    report.step(name, (Date.now() - start) / 1000, toDetail(value));
    return value;
  };
  // Servers are fetched while the stage is packed and synthesized; a failure there ends the fetching too.
  const failed = new AbortController();
  const providing = {
    project,
    serversFolder: home.servers,
    env,
    onProgress: report.note,
    stop: AbortSignal.any([stop, failed.signal]),
  };
  const provided = providePrograms(providing);
  // Told by the step that awaits it; until then it must only not count as unhandled.
  provided.catch(() => {});
  try {
    const packed = options.pack({ outDir: join(home.folder, 'releases') });
    const release = await step('release', packed, ({ digest }) => digest.slice(0, 12));
    const synthesizing = synthesize({ project, stage, release, folder: home.assembly, stop });
    const { templates, region } = await step('synth', synthesizing, () => `stage ${stage}`);
    const plan = withPatience(toPlan(stage, region, templates), options.patience ?? 1);
    const all = provided.then((found) => provideMissing(found, plan.caches.map(roleOf), providing));
    const programs = await step('servers', all, (found) =>
      Object.values(found)
        .map(({ flavour, version }) => `${flavour} ${version}`)
        .join(', '),
    );
    const fleet = new Fleet({
      plan,
      programs,
      archive: release.file,
      releasesFolder: join(home.folder, 'releases'),
      port,
      folder: home.run,
      assembly: home.assembly,
      launcher: options.launcher,
      pristineFolder: home.servers,
    });
    await runFleet(fleet, options, home, began);
  } finally {
    failed.abort();
    await Promise.allSettled([provided]);
  }
}

async function runFleet(fleet: Fleet, { report, stop }: UpOptions, home: Home, began: number): Promise<void> {
  let url: string | undefined;
  const supervisor = toRecord('supervisor', process.pid);
  const record = (): void => {
    const { stage, region } = fleet.plan;
    const processes = fleet.processes.records;
    const { operatorKey } = fleet;
    const ready = url === undefined ? {} : { url, endpoint: fleet.endpoint, operatorKey };
    writeFleetFile(home.folder, { stage, region, supervisor, processes, ...ready });
  };
  fleet.on('started', (name, seconds, detail) => report.step(name, seconds, detail));
  fleet.on('event', (text) => url && report.note(text));
  // Before anything can fail: a process is on record from the moment it runs.
  fleet.processes.on('change', record);
  const failed = once(fleet, 'failed').then(([error]) => Promise.reject(error as Error));
  failed.catch(() => {});
  const onStop = (): void => void fleet.stop();
  stop.addEventListener('abort', onStop, { once: true });
  try {
    if (stop.aborted) throw new Stopped();
    await Promise.race([failed, fleet.start()]);
    url = fleet.url;
    record();
    const { endpoint, plan } = fleet;
    const seconds = (Date.now() - began) / 1000;
    report.ready({ url, endpoint, region: plan.region, seconds, topology: listTopology(fleet) });
    await Promise.race([failed, untilAborted(stop)]);
  } finally {
    stop.removeEventListener('abort', onStop);
    await fleet.stop();
    fleet.processes.off('change', record);
  }
}

const untilAborted = (signal: AbortSignal): Promise<void> =>
  new Promise((resolve) => {
    if (signal.aborted) return resolve();
    signal.addEventListener('abort', () => resolve(), { once: true });
  });

async function verifyPort(port: number): Promise<void> {
  if (port === 0) return;
  const problem = await findPortProblem(port);
  if (!problem) return;
  const reason = problem === 'EADDRINUSE' ? 'another program listens there' : problem;
  throw new OperatorError(
    `port ${port} cannot be used (${reason}). Choose another with --port, or --port 0 for any free one`,
  );
}

const storageRemedies: Readonly<Record<string, string>> = {
  ENOSPC: 'Free some disk space and start again',
  EDQUOT: 'Free some of your disk quota and start again',
  ENOTDIR: 'Name a folder that can be written to with CLONEKIT_HOME',
  EROFS: 'Name a folder that can be written to with CLONEKIT_HOME',
  EACCES: 'Make it yours, or name another folder with CLONEKIT_HOME',
  EPERM: 'Make it yours, or name another folder with CLONEKIT_HOME',
};

/** One sentence when the home cannot be written to; any other error as it is. */
function toStorageError(error: unknown, { folder }: Home): unknown {
  const { code, message, syscall } = error as NodeJS.ErrnoException;
  const remedy = storageRemedies[code ?? ''];
  return remedy && syscall ? new OperatorError(`${folder}: must be writable, got: ${message}. ${remedy}`) : error;
}
