// One clone: a process of the packed release, in a folder of its own, with the environment of the launch template.
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { cloneEnv, clonePaths } from '../../config/names';
import { unpackRelease } from '../../release/unpack';
import type { Address } from '../physical';
import { FleetProcess } from '../process';
import type { Processes } from '../processes';

export interface CloneOptions {
  /** The instance id. */
  readonly id: string;
  /** The packed release. */
  readonly archive: string;
  /** Where the clone's own folder is made. */
  readonly folder: string;
  readonly processes: Processes;
  readonly logFile: string;
  readonly port: number;
  /** From the launch template's user data. */
  readonly env: Readonly<Record<string, string>>;
  /** Where AWS's API is answered on this machine. */
  readonly endpoint: string;
}

export class Clone {
  private constructor(
    readonly id: string,
    readonly process: FleetProcess,
    readonly address: Address,
    readonly folder: string,
  ) {}

  /** Starts the process; it may not answer yet. */
  static async start(options: CloneOptions): Promise<Clone> {
    const folder = join(options.folder, options.id);
    const manifest = await unpackRelease(options.archive, folder);
    const started = await FleetProcess.start({
      name: options.id,
      command: [process.execPath, join(folder, manifest.entry)],
      cwd: folder,
      logFile: options.logFile,
      processes: options.processes,
      env: { ...options.env, ...toLocalEnv(options, folder) },
    });
    return new Clone(options.id, started, { host: '127.0.0.1', port: options.port }, folder);
  }

  /** Waits until it says of itself that it is ready. Throws when it dies before, or takes longer. */
  async untilReady(timeoutSeconds: number): Promise<void> {
    await this.process.untilHealthy(() => this.answers(clonePaths.ready, 5000), timeoutSeconds * 1000);
  }

  /** Whether a path answers 200. */
  async answers(path: string, timeoutMs: number): Promise<boolean> {
    const url = `http://${this.address.host}:${this.address.port}${path}`;
    const response = await fetch(url, { signal: AbortSignal.timeout(timeoutMs), headers: { connection: 'close' } });
    await response.arrayBuffer();
    return response.status === 200;
  }

  /** Ends it once the load balancer has let go of it: requests under way finish first. */
  async stop(timeoutMs: number): Promise<void> {
    await this.process.stop('SIGINT', timeoutMs);
    rmSync(this.folder, { recursive: true, force: true });
  }
}

/** What differs on this machine from an instance in a network of its own. */
const toLocalEnv = ({ id, port, endpoint }: CloneOptions, folder: string): Record<string, string> => ({
  [cloneEnv.cloneId]: id,
  [cloneEnv.listen]: '127.0.0.1',
  [cloneEnv.port]: String(port),
  [cloneEnv.tls]: 'off',
  [cloneEnv.https]: 'off',
  AWS_ENDPOINT_URL: endpoint,
  AWS_ACCESS_KEY_ID: id,
  AWS_SECRET_ACCESS_KEY: id,
  AWS_EC2_METADATA_DISABLED: 'true',
  // The SDK must see nothing of the person whose machine this is.
  HOME: folder,
  AWS_CONFIG_FILE: '/dev/null',
  AWS_SHARED_CREDENTIALS_FILE: '/dev/null',
  AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED: 'true',
  NODE_ENV: 'production',
});
