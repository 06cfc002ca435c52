// Asks whoever sits at the terminal whether to go on.
import { createInterface } from 'node:readline/promises';
import { UsageError } from './usage-error';

/** @throws UsageError when there is nobody to ask */
export async function askToGoOn(): Promise<boolean> {
  if (!process.stdin.isTTY) {
    throw new UsageError('somebody must agree, got: no terminal to ask at. Say --yes, or look first with --dry-run');
  }
  const terminal = createInterface({ input: process.stdin, output: process.stderr });
  try {
    return /^y(es)?$/i.test((await terminal.question('go on? [y/N] ')).trim());
  } finally {
    terminal.close();
  }
}
