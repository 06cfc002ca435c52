// Which source something was made of: the commit, and whether anything was changed since.
import { execFile } from 'node:child_process';
import { promisify } from 'node:util';

const run = promisify(execFile);

/**
 * The commit's id; with `+` at its end when what is there differs from it, but for the files left out; `none` outside of git.
 * @param except paths from the project's folder
 */
export async function findCommit(project: string, except: readonly string[] = []): Promise<string> {
  const git = async (...args: string[]): Promise<string> => {
    const { stdout } = await run('git', ['-C', project, ...args]);
    return stdout.trim();
  };
  try {
    const commit = await git('rev-parse', 'HEAD');
    const changes = await git('status', '--porcelain', '--', '.', ...except.map((path) => `:(exclude)${path}`));
    return changes === '' ? commit : `${commit}+`;
  } catch {
    return 'none';
  }
}
