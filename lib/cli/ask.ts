// Asks whoever sits at the terminal whether to go on.
import { createInterface } from 'node:readline/promises';
import { UsageError } from './usage-error';

/** @param stop aborted when no answer is waited for any more @throws UsageError when there is nobody to ask */
export async function askToGoOn(stop: AbortSignal): Promise<boolean> {
  if (!process.stdin.isTTY) {
    throw new UsageError('somebody must agree, got: no terminal to ask at. Say --yes, or look first with --dry-run');
  }
  const terminal = createInterface({ input: process.stdin, output: process.stderr });
  try {
    const answer = await terminal.question('go on? [y/N] ', { signal: stop });
    return /^y(es)?$/i.test(answer.trim());
  } catch (error) {
    // Ctrl-C and the end of the input are answers, too.
    if ((error as NodeJS.ErrnoException).code === 'ABORT_ERR') return false;
    throw error;
  } finally {
    terminal.close();
  }
}
