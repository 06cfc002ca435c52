// `clonekit down`: stops the fleet of a home, also one whose supervisor is gone.
import { setTimeout as delay } from 'node:timers/promises';
import { Unreachable } from '../config/operator-error';
import { findFleetFile, releaseHome } from './fleet-file';
import { toHome } from './home';
import { endAll, isRunning } from './process-record';

/** The supervisor's own stop takes at most 10 s; past this it is ended by force. */
const patienceMs = 15_000;

export interface DownOptions {
  readonly project: string;
  readonly env: NodeJS.ProcessEnv;
  /** Only say what would be stopped. @default false */
  readonly dryRun?: boolean;
}

/** Returns what it did, in a sentence. */
export async function down({ project, env, dryRun }: DownOptions): Promise<string> {
  const { folder } = toHome(project, env);
  const found = findFleetFile(folder);
  if (!found) throw new Unreachable('no fleet is up here. Start one with: npx clonekit up');
  const { supervisor, stage, processes } = found;
  if (dryRun) {
    const names = processes.filter(isRunning).map(({ name }) => name);
    return `would stop the fleet of stage ${stage} and remove its data: ${names.join(', ') || 'nothing runs'}`;
  }
  const wasRunning = isRunning(supervisor);
  if (wasRunning) {
    process.kill(supervisor.pid, 'SIGTERM');
    const deadline = Date.now() + patienceMs;
    while (isRunning(supervisor) && Date.now() < deadline) await delay(50);
    if (isRunning(supervisor)) await endAll([supervisor]);
  }
  // Written anew while it ran; but not by another fleet that was started since.
  const last = findFleetFile(folder);
  if (last && last.supervisor.pid === supervisor.pid && last.supervisor.startTime === supervisor.startTime) {
    await endAll(last.processes);
    releaseHome(folder);
  }
  return wasRunning ? `the fleet of stage ${stage} is down` : 'ended what a dead fleet had left running';
}
