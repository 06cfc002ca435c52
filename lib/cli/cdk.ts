// Runs the project's own CDK.
import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { OperatorError } from '../config/operator-error';
import type { Surroundings } from './flags';

/** @throws OperatorError when it fails; it has told why */
export async function runCdk(args: readonly string[], { project, env }: Surroundings): Promise<void> {
  const file = join(project, 'node_modules/.bin/cdk');
  const code = await new Promise<number | null>((resolve, reject) => {
    const child = spawn(file, args, { cwd: project, env, stdio: 'inherit' });
    child.once('error', reject);
    child.once('close', resolve);
  });
  if (code !== 0)
    throw new OperatorError(`cdk ${args[0]}: must succeed, got: exit code ${code}; mend what it told above`);
}
