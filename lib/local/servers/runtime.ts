// The Node that clones run under here: the release's own, in its sandbox; where that cannot run, the one that runs us.
import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { releaseFiles } from '../../config/names';
import { toNodeFlags } from '../../release/sandbox';

const startTimeoutMs = 10_000;

export interface RuntimeOptions {
  /** Folder of the unpacked release, without links in it: permission is given to a path. */
  readonly release: string;
  /** What people should know: that clones run under less than they would on AWS. */
  readonly onEvent: (text: string) => void;
  /** The Node to fall back to, and the flags it knows. @default - the running one */
  readonly other?: { readonly execPath: string; readonly flags: ReadonlySet<string> };
}

/** The command that a file of the release is run by. */
export async function getRuntime({ release, onEvent, other = toOwn() }: RuntimeOptions): Promise<readonly string[]> {
  const node = join(release, releaseFiles.node);
  const reason = await findReason(node);
  if (reason === undefined) return [node, ...toNodeFlags(release)];
  const { execPath, flags } = other;
  const hasSandbox = flags.has('--permission');
  const sandbox = hasSandbox ? 'in the same sandbox' : 'without a sandbox, which it does not know';
  onEvent(`the release's own Node does not run on this machine (${reason}); clones run under ${execPath}, ${sandbox}`);
  if (!hasSandbox) return [execPath];
  // From Node 25 on the sandbox closes the network too, unless it is asked not to.
  return [execPath, ...toNodeFlags(release), ...(flags.has('--allow-net') ? ['--allow-net'] : [])];
}

const toOwn = () => ({ execPath: process.execPath, flags: process.allowedNodeEnvironmentFlags });

/** Why it does not run here: another system, another processor, another C library, a disk that runs no programs. */
async function findReason(node: string): Promise<string | undefined> {
  try {
    await promisify(execFile)(node, ['--version'], { timeout: startTimeoutMs });
    return undefined;
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    return typeof code === 'string' ? code : (message.trim().split('\n').at(-1) ?? '').slice(0, 200);
  }
}
