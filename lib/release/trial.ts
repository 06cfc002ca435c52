// Starts an app once, as a clone would, before its release is written: a broken one must fail here and not in a fleet.
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, mkdtemp, realpath, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { clonePaths } from '../config/names';
import { OperatorError } from '../config/operator-error';
import { startLimitMs } from './budgets';
import type { ReleaseContent } from './content';
import { machineArchitecture } from './descriptor';
import { keepLastLine } from './last-line';
import { getRuntime } from './runtime';
import { toNodeFlags } from './sandbox';
import { toStandInEnv } from './stand-in-env';

/** How often it is asked meanwhile, and how long an answer may take. */
const askMs = 5;
const askTimeoutMs = 2000;

/** A start above the budget is measured again, so often at most. */
const maxStarts = 3;

const cloneId = 'i-00000000000000000';

/** Node's permission model is what it is tried in, and the Node of a release runs on Linux only. */
export const canTry = process.platform === 'linux' && ['arm64', 'x64'].includes(process.arch);

export interface TrialOptions {
  /**
   * How long the app may take to answer, in seconds.
   * @default 20 - a good one is there in a hundredth of it; a machine that does much else at once takes longer
   */
  readonly timeoutSeconds?: number;
}

/**
 * Runs it on this machine's own Node of the release's version, in the sandbox, without any backend.
 * @returns milliseconds from the start of the process to its first answer
 * @throws OperatorError when it does not answer as every app must, with the last line it said
 */
export async function tryApp(
  { digest, about, files }: ReleaseContent,
  { timeoutSeconds = 20 }: TrialOptions = {},
): Promise<number> {
  const { node } = await getRuntime(machineArchitecture);
  // Without links in it: permission is given to a path.
  const folder = await realpath(await mkdtemp(join(tmpdir(), 'clonekit-trial-')));
  try {
    for (const [path, content] of files) {
      await mkdir(dirname(join(folder, path)), { recursive: true });
      await writeFile(join(folder, path), content);
    }
    const startOnce = async (): Promise<number> => {
      const port = await findPort();
      const args = [...toNodeFlags(folder), join(folder, about.entry)];
      const env = toStandInEnv({ cloneId, port });
      const started = performance.now();
      const app = spawn(node, args, { cwd: folder, env, stdio: ['ignore', 'pipe', 'pipe'] });
      return await answers(app, `http://127.0.0.1:${port}`, { started, timeoutSeconds, name: about.name, digest });
    };
    let least = await startOnce();
    // The least is the app's own; the rest is what else the machine does, and a disk that reads it for the first time.
    for (let times = 1; times < maxStarts && least > startLimitMs; times += 1)
      least = Math.min(least, await startOnce());
    return least;
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

interface Asked {
  readonly timeoutSeconds: number;
  readonly started: number;
  readonly name: string;
  readonly digest: string;
}

async function answers(
  app: ChildProcess,
  url: string,
  { started, timeoutSeconds, name, digest }: Asked,
): Promise<number> {
  const said = keepLastLine(app);
  const closed = once(app, 'close');
  let failed: Error | undefined;
  closed.catch((error: Error) => {
    failed = error;
  });
  const refuse = (rule: string, got: string): OperatorError =>
    new OperatorError(
      `The app ${name} must ${rule}; got: ${got}${said.line && `, and it said: ${said.line}`}; mend it and pack again`,
    );
  try {
    for (;;) {
      if (failed) throw failed;
      const answer = await ask(url + clonePaths.live);
      if (answer?.status === 200) break;
      const seconds = (performance.now() - started) / 1000;
      const isOver = app.exitCode !== null || app.signalCode !== null;
      if (isOver) await closed;
      if (isOver)
        throw refuse(
          `answer ${clonePaths.live} in the sandbox`,
          `its end with ${app.signalCode ?? `exit code ${app.exitCode}`}`,
        );
      if (seconds > timeoutSeconds) {
        const got = answer ? `status ${answer.status}` : 'no answer';
        throw refuse(`answer ${clonePaths.live} with 200 within ${timeoutSeconds} s of its start`, got);
      }
      await delay(askMs);
    }
    const ms = Math.round(performance.now() - started);
    const identity = await ask(url + clonePaths.identity);
    const release = identity && findRelease(identity.text);
    if (release !== digest) {
      const rule = `answer ${clonePaths.identity} with {"release": sha256 of ../SHA256SUMS beside its folder}`;
      throw refuse(rule, release ?? identity?.text.slice(0, 80) ?? 'no answer');
    }
    return ms;
  } finally {
    app.kill('SIGKILL');
    await closed.catch(() => undefined);
  }
}

async function ask(url: string): Promise<{ status: number; text: string } | undefined> {
  try {
    const signal = AbortSignal.timeout(askTimeoutMs);
    const answer = await fetch(url, { signal, headers: { connection: 'close' } });
    return { status: answer.status, text: await answer.text() };
  } catch {
    return undefined;
  }
}

function findRelease(text: string): string | undefined {
  try {
    return String(JSON.parse(text).release);
  } catch {
    return undefined;
  }
}

async function findPort(): Promise<number> {
  const server = createServer();
  await once(server.listen(0, '127.0.0.1'), 'listening');
  const address = server.address();
  server.close();
  await once(server, 'close');
  return typeof address === 'object' && address ? address.port : 0;
}
