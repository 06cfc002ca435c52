// A freshly initialised data folder of a database program: made once, copied by every start.
import { spawn } from 'node:child_process';
import { existsSync, mkdirSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { OperatorError } from '../../config/operator-error';
import { withLock } from '../programs/lock';
import type { Program } from '../programs/program';
import { getFlavour } from './database-flavours';

/** Below `home`, one a program version. */
export async function providePristine(program: Program, home: string): Promise<string> {
  const folder = join(home, `${program.flavour}-${program.version}`);
  if (existsSync(folder)) return folder;
  return await withLock(
    `${folder}.lock`,
    () => {},
    async () => {
      if (existsSync(folder)) return folder;
      const partial = `${folder}.partial`;
      rmSync(partial, { recursive: true, force: true });
      mkdirSync(partial, { recursive: true });
      await initialise(program, partial);
      // Every server must have an identity of its own.
      rmSync(join(partial, 'auto.cnf'), { force: true });
      renameSync(partial, folder);
      return folder;
    },
  );
}

async function initialise(program: Program, folder: string): Promise<void> {
  const { command, stdin } = getFlavour(program).initialise(program, folder);
  const [file, ...args] = command as [string, ...string[]];
  const user = process.getuid?.() === 0 ? ['--user=root'] : [];
  await new Promise<void>((resolve, reject) => {
    const child = spawn(file, [...args, ...user], {
      env: { PATH: process.env.PATH },
      stdio: ['pipe', 'ignore', 'pipe'],
    });
    let said = '';
    child.stderr.on('data', (chunk) => {
      said = `${said}${chunk}`.slice(-4000);
    });
    child.on('error', reject);
    child.on('close', (code) => {
      if (code === 0) return resolve();
      const line = said.split('\n').findLast((text) => /error/i.test(text)) ?? said.trim().split('\n').at(-1) ?? '';
      reject(toDiskError('database', `${program.path} could not make its system tables, got: ${line.trim()}`));
    });
    child.stdin.on('error', () => {}); // told by its exit code
    child.stdin.end(stdin ?? '');
  });
}

export const toDiskError = (name: string, error: unknown): unknown => {
  const text = error instanceof Error ? error.message : String(error);
  if (/ENOSPC|No space left|errno 28|disk full/i.test(text)) {
    return new OperatorError(`${name}: the disk is full, got: ${text}. Free some disk space and start again`);
  }
  return typeof error === 'string' ? new OperatorError(`${name}: ${error}`) : error;
};
