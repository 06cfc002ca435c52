// `clonekit down`: stops the fleet of a home, also one whose supervisor is gone.
import { setTimeout as delay } from 'node:timers/promises';
import { OperatorError } from '../config/operator-error';
import { endAll, findFleetFile, isRunning, releaseHome } from './fleet-file';
import { toHome } from './home';

/** The supervisor's own stop takes at most 10 s; past this it is ended by force. */
const patienceMs = 15_000;

/** Returns what it did, in a sentence. */
export async function down(project: string, env: NodeJS.ProcessEnv): Promise<string> {
  const { folder } = toHome(project, env);
  const found = findFleetFile(folder);
  if (!found) throw new OperatorError('no fleet is up here. Start one with: npx clonekit up');
  const { supervisor } = found;
  const wasRunning = isRunning(supervisor);
  if (wasRunning) {
    process.kill(supervisor.pid, 'SIGTERM');
    const deadline = Date.now() + patienceMs;
    while (isRunning(supervisor) && Date.now() < deadline) await delay(50);
    if (isRunning(supervisor)) await endAll([supervisor]);
  }
  // Written anew while it ran: read once more what is left.
  await endAll((findFleetFile(folder) ?? found).processes);
  releaseHome(folder);
  return wasRunning ? `the fleet of stage ${found.stage} is down` : 'ended what a dead fleet had left running';
}
