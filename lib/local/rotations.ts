// Replaces the password in a secret, step by step, with the very code the template names: run here as Lambda runs it.
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { RotationPlan } from './plan/rotation';
import { FleetProcess } from './process';
import type { Processes } from './processes';

export interface RotationsOptions {
  readonly plans: readonly RotationPlan[];
  /** The cloud assembly, which has the functions' code; without it nothing can be rotated. */
  readonly assembly?: string;
  readonly region: string;
  /** Where AWS's API is answered. */
  readonly endpoint: string;
  /** Whom functions trust to be a database. */
  readonly caFile: string;
  readonly processes: Processes;
  readonly logFile: string;
  readonly onEvent: (text: string) => void;
}

/** In the order in which Secrets Manager calls them. */
const steps = ['createSecret', 'setSecret', 'testSecret', 'finishSecret'];

/** What stands between Node and a handler on Lambda. The event holds no secret. */
const runtime = `
const [, file, name, event, milliseconds] = process.argv;
const end = Date.now() + Number(milliseconds);
const context = { getRemainingTimeInMillis: () => end - Date.now() };
require(file)[name](JSON.parse(event), context).then(() => process.exit(0), () => process.exit(1));
`;

export class Rotations {
  readonly #running = new Map<string, Promise<void>>();

  constructor(private readonly options: RotationsOptions) {}

  find(secretArn: string): RotationPlan | undefined {
    return this.options.plans.find((plan) => plan.secretArn === secretArn);
  }

  /** Whether the function's code is on this machine. */
  hasCode(plan: RotationPlan): boolean {
    return existsSync(this.#codeOf(plan));
  }

  /** Begins, or goes on with, the rotation that makes this version; one at a time for each secret. */
  start(plan: RotationPlan, version: string): void {
    if (this.#running.has(plan.secretArn)) return;
    const running = this.#run(plan, version).finally(() => this.#running.delete(plan.secretArn));
    this.#running.set(plan.secretArn, running);
  }

  /** Once no function runs any more. */
  async settled(): Promise<void> {
    await Promise.allSettled(this.#running.values());
  }

  #codeOf({ asset, handler }: RotationPlan): string {
    return join(this.options.assembly ?? '', asset, `${handler.split('.')[0]}.js`);
  }

  async #run(plan: RotationPlan, version: string): Promise<void> {
    const { onEvent, processes } = this.options;
    const name = plan.secretArn.split(':secret:')[1];
    for (const step of steps) {
      const ended = await this.#call(plan, version, step).catch((error) => String(error));
      if (processes.stop.aborted) return;
      if (ended === 'exit code 0') continue;
      onEvent(`rotation of ${name} failed at ${step} (${ended}); its log is ${this.options.logFile}`);
      return;
    }
    onEvent(`rotation of ${name} is done`);
  }

  async #call(plan: RotationPlan, ClientRequestToken: string, Step: string): Promise<string> {
    const file = this.#codeOf(plan);
    const { processes, logFile, endpoint, region, caFile } = this.options;
    const event = JSON.stringify({ Step, SecretId: plan.secretArn, ClientRequestToken });
    const name = plan.handler.split('.')[1] as string;
    const milliseconds = plan.timeoutSeconds * 1000;
    const called = await FleetProcess.start({
      name: 'rotation',
      command: [process.execPath, '-e', runtime, file, name, event, String(milliseconds)],
      cwd: join(file, '..'),
      logFile,
      processes,
      env: {
        ...plan.environment,
        // On Lambda a file of Lambda's.
        NODE_EXTRA_CA_CERTS: caFile,
        AWS_ENDPOINT_URL: endpoint,
        AWS_REGION: region,
        AWS_ACCESS_KEY_ID: 'rotation',
        AWS_SECRET_ACCESS_KEY: 'rotation',
        // The SDK must see nothing of the person whose machine this is.
        AWS_CONFIG_FILE: '/dev/null',
        AWS_SHARED_CREDENTIALS_FILE: '/dev/null',
        AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED: 'true',
      },
    });
    const end = (): void => called.signal('SIGKILL');
    const late = setTimeout(end, milliseconds);
    processes.stop.addEventListener('abort', end);
    try {
      return await called.exited;
    } finally {
      clearTimeout(late);
      processes.stop.removeEventListener('abort', end);
    }
  }
}
