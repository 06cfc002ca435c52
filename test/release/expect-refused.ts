// How a folder that cannot be a release is refused: in one sentence of the one form, before anything is written.
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { OperatorError } from '../../lib/config/operator-error';
import { packApp } from '../../lib/release/pack-app';

/** @param parts texts that the sentence must hold */
export async function expectRefused(folder: string, ...parts: readonly string[]): Promise<void> {
  const outDir = join(folder, '../releases');
  const error = await packApp({ folder, architecture: 'x86_64', outDir }).catch((thrown: unknown) => thrown);
  expect(error).toBeInstanceOf(OperatorError);
  const { message } = error as Error;
  for (const part of parts) expect(message).toContain(part);
  // The rule, what it got, the remedy.
  expect(message).toMatch(/^[^\n]+; got: [^\n]+; [^\n]+$/);
  expect(existsSync(outDir)).toBe(false);
}
