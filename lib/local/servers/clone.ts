// One clone: a process of the packed release in its sandbox, with the environment of the launch template.
import { mkdirSync, realpathSync } from 'node:fs';
import { join } from 'node:path';
import { cloneEnv, releaseFiles } from '../../config/names';
import { unpackRelease } from '../../release/unpack';
import { answers } from '../answers';
import type { LaunchedClone } from '../instance';
import type { Launcher, Launching } from '../launch';
import type { Address } from '../physical';
import { toEnvironment } from '../plan/clone-env';
import { FleetProcess } from '../process';
import type { Processes } from '../processes';
import { getRuntime } from './runtime';

/** All clones run from one folder, which none of them can write to. */
export const launchProcesses: Launcher = async ({ archive, folder, processes, onEvent, ...launching }) => {
  mkdirSync(folder, { recursive: true });
  const release = join(realpathSync(folder), 'release');
  const { entry } = await unpackRelease(archive, release);
  const runtime = await getRuntime({ release, onEvent });
  return async ({ id, template }) => {
    const told = toEnvironment(template.toUserData('127.0.0.1'));
    const port = await launching.findPort();
    const env = { ...told, ...toLocalEnv({ id, port, release, ...launching }) };
    return await CloneProcess.start({
      id,
      release,
      entry,
      runtime,
      port,
      env,
      processes,
      logFile: launching.toLogFile(id),
    });
  };
};

interface CloneOptions {
  /** The instance id. */
  readonly id: string;
  /** Folder of the unpacked release. */
  readonly release: string;
  /** The file in it that is the app. */
  readonly entry: string;
  /** What runs a file of it. */
  readonly runtime: readonly string[];
  readonly port: number;
  readonly env: Readonly<Record<string, string>>;
  readonly processes: Processes;
  readonly logFile: string;
}

class CloneProcess implements LaunchedClone {
  readonly address: Address;

  private constructor(
    private readonly options: CloneOptions,
    private readonly app: FleetProcess,
    /** Says that the app is ready, then ends. */
    private readonly launching: FleetProcess,
  ) {
    this.address = { host: '127.0.0.1', port: options.port };
  }

  /** Starts the app, and beside it what says that it is ready; it may not answer yet. */
  static async start(options: CloneOptions): Promise<CloneProcess> {
    const app = await run(options, options.id, options.entry);
    return new CloneProcess(options, app, await runBeside(options, 'launch'));
  }

  get place(): { folder: string; pid: number } {
    return { folder: this.options.release, pid: this.app.pid };
  }

  get ended(): string | undefined {
    return this.app.ended;
  }

  get exited(): Promise<string> {
    return this.app.exited;
  }

  answers(path: string, timeoutMs: number): Promise<boolean> {
    return answers(this.address, path, timeoutMs);
  }

  /** As on an image: the app ends first, then the clone says that it has left. */
  async leave(timeoutMs: number): Promise<void> {
    await this.stop(timeoutMs);
    const leaving = await runBeside(this.options, 'leave');
    await leaving.exited;
  }

  /** The load balancer has let go of it already: no need to wait for that, only for requests under way. */
  async stop(timeoutMs: number): Promise<void> {
    await Promise.all([this.app.stop('SIGINT', timeoutMs), this.launching.stop('SIGTERM', 1000)]);
  }

  toError(what: string): Error {
    return this.app.toError(what);
  }
}

const run = (options: CloneOptions, name: string, file: string, ...args: readonly string[]): Promise<FleetProcess> => {
  const { release, runtime, env, processes, logFile } = options;
  const command = [...runtime, join(release, file), ...args];
  return FleetProcess.start({ name, command, cwd: release, logFile, processes, env });
};

/** The very programs that an image has beside the app. */
const runBeside = (options: CloneOptions, verb: 'launch' | 'leave'): Promise<FleetProcess> =>
  run(options, `${options.id} ${verb}`, `${releaseFiles.clone}/clone.cjs`, verb);

/** What differs on this machine from an instance in a network of its own. */
const toLocalEnv = ({
  id,
  port,
  endpoint,
  release,
  tls,
}: Pick<Launching, 'endpoint' | 'tls'> & {
  readonly id: string;
  readonly port: number;
  readonly release: string;
}): Record<string, string> => ({
  [cloneEnv.cloneId]: id,
  [cloneEnv.listen]: '127.0.0.1',
  [cloneEnv.port]: String(port),
  NODE_EXTRA_CA_CERTS: tls.caFile,
  [cloneEnv.https]: 'off',
  AWS_ENDPOINT_URL: endpoint,
  AWS_ACCESS_KEY_ID: id,
  AWS_SECRET_ACCESS_KEY: id,
  AWS_EC2_METADATA_DISABLED: 'true',
  // The SDK must see nothing of the person whose machine this is.
  HOME: release,
  AWS_CONFIG_FILE: '/dev/null',
  AWS_SHARED_CREDENTIALS_FILE: '/dev/null',
  AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED: 'true',
  NODE_ENV: 'production',
});
