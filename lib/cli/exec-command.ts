// Runs `exec`: a command on some clones or on all, each line with who said it.
import { exec, type Ran } from '../ops/exec';
import { getClone, listServingIds } from '../ops/kill';
import { change } from './change';
import type { ExecFlags, Surroundings } from './flags';
import { UsageError } from './usage-error';

export const execCommand = (
  words: readonly string[],
  flags: ExecFlags,
  surroundings: Surroundings,
): Promise<number> => {
  const script = words.join(' ').trim();
  if (!script) throw new UsageError('exec: must have a command, got: none. Write it after --');
  return change('exec', flags, surroundings, async (aws, stage) => {
    const ids = flags.clone
      ? await Promise.all(flags.clone.map((id) => getClone(aws, stage, id)))
      : await listServingIds(aws, stage);
    return {
      touches: [`on ${ids.join(', ')}: ${script}`],
      run: async () => {
        const ran = await exec(aws, ids, script, { timeoutSeconds: flags.timeout, isCancelled: true });
        const failed = ran.filter(({ status }) => status !== 'Success');
        return {
          holds: failed.length === 0,
          text: ran.map(toText).filter(Boolean).join('\n'),
          result:
            failed.length === 0
              ? `ended well on ${ran.length} clones`
              : `failed on ${failed.map(({ clone, status, exitCode }) => `${clone} (${status}, exit ${exitCode})`).join(', ')}`,
          json: { clones: ran },
        };
      },
    };
  });
};

const toText = ({ clone, stdout, stderr }: Ran): string =>
  `${stdout}${stderr}`
    .split('\n')
    .filter(Boolean)
    .map((line) => `${clone}  ${line}`)
    .join('\n');
