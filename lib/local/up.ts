// `clonekit up`: from the source of a stage to a fleet that answers, and down again at a signal.
import { once } from 'node:events';
import { mkdirSync } from 'node:fs';
import type { StageName } from '../config/names';
import { OperatorError } from '../config/operator-error';
import type { ReleaseDescriptor } from '../release/descriptor';
import { Fleet } from './fleet';
import { claimHome, releaseHome, toRecord, writeFleetFile } from './fleet-file';
import { findPortProblem } from './free-port';
import { type Home, toHome } from './home';
import { toPlan } from './plan';
import { Stopped } from './process';
import { providePrograms } from './programs/provide';
import { synthesize } from './synthesize';
import { listTopology } from './topology';

export interface UpOptions {
  readonly project: string;
  readonly stage: StageName;
  /** Port of the load balancer; 0 picks a free one. */
  readonly port: number;
  readonly env: NodeJS.ProcessEnv;
  readonly pack: () => Promise<ReleaseDescriptor>;
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
  const began = Date.now();
  const { project, stage, port, env, report, stop } = options;
  const home = toHome(project, env);
  await verifyPort(port);
  mkdirSync(home.folder, { recursive: true });
  await claimHome(home.folder, stage, '');
  try {
    const step = async <T>(name: string, work: Promise<T>, toDetail: (value: T) => string): Promise<T> => {
      const start = Date.now();
      const value = await work;
      if (stop.aborted) throw new Stopped();
      report.step(name, (Date.now() - start) / 1000, toDetail(value));
      return value;
    };
    const provided = providePrograms({
      project,
      serversFolder: home.servers,
      env,
      onProgress: report.note,
      stop,
    });
    // Told by the step that awaits it; here it must only not count as unhandled meanwhile.
    provided.catch(() => {});
    const release = await step('release', options.pack(), ({ digest }) => digest.slice(0, 12));
    const synthesizing = synthesize({ project, stage, release, folder: home.assembly });
    const { templates, region } = await step('synth', synthesizing, () => `stage ${stage}`);
    const programs = await step('servers', provided, (found) =>
      Object.values(found)
        .map(({ flavour, version }) => `${flavour} ${version}`)
        .join(', '),
    );
    const plan = toPlan(stage, region, templates);
    const fleet = new Fleet({
      plan,
      programs,
      archive: release.file,
      port,
      folder: home.run,
      pristineFolder: home.servers,
    });
    await runFleet(fleet, options, home, began);
  } catch (error) {
    // Once it was told to stop, whatever fails does so because of that.
    if (!stop.aborted) throw error;
  } finally {
    releaseHome(home.folder);
  }
}

async function runFleet(fleet: Fleet, { report, stop }: UpOptions, home: Home, began: number): Promise<void> {
  const record = (url?: string): void => {
    const processes = fleet.processes.map(({ name, pid }) => toRecord(name, pid));
    const { stage, region } = fleet.plan;
    const supervisor = toRecord('supervisor', process.pid);
    writeFleetFile(home.folder, { stage, region, supervisor, processes, url, endpoint: url && fleet.endpoint });
  };
  let isReady = false;
  const recordNow = (): void => record(isReady ? fleet.url : undefined);
  fleet.on('started', (name, seconds, detail) => {
    report.step(name, seconds, detail);
    recordNow();
  });
  fleet.on('event', (text) => isReady && report.note(text));
  fleet.on('change', recordNow);
  const failed = once(fleet, 'failed').then(([error]) => Promise.reject(error as Error));
  failed.catch(() => {});
  try {
    stop.addEventListener('abort', () => void fleet.stop(), { once: true });
    await fleet.start();
    isReady = true;
    recordNow();
    const { url, endpoint } = fleet;
    report.ready({
      url,
      endpoint,
      region: fleet.plan.region,
      seconds: (Date.now() - began) / 1000,
      topology: listTopology(fleet),
    });
    await Promise.race([failed, untilAborted(stop)]);
  } finally {
    await fleet.stop();
    fleet.removeAllListeners();
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
