// Prints what `status` found and what `kill` did, for people or for programs.
import { toOperatorError } from '../ops/failure';
import { findClone, killClone } from '../ops/kill';
import { getStatus, type StageStatus } from '../ops/status';
import { findTarget } from './find-target';
import type { Surroundings, TargetFlags } from './flags';
import { toTable } from './table';

export async function statusCommand(
  flags: TargetFlags & { json?: boolean },
  surroundings: Surroundings,
): Promise<void> {
  const target = findTarget(flags, surroundings);
  const status = await getStatus(target).catch((error) => Promise.reject(toOperatorError(error, target)));
  console.log(flags.json ? JSON.stringify(status, null, 2) : toText(status));
}

export async function killCommand(
  clone: string,
  flags: TargetFlags & { dryRun?: boolean },
  surroundings: Surroundings,
): Promise<void> {
  const target = findTarget(flags, surroundings);
  const where = `stage ${target.stage} on ${target.endpoint ?? 'AWS'}`;
  const fail = (error: unknown) => Promise.reject(toOperatorError(error, target));
  const id = await findClone(target, clone).catch(fail);
  if (flags.dryRun) return console.log(`would end ${id} of ${where}`);
  console.log(`ending ${id} of ${where}`);
  await killClone(target, id).catch(fail);
  console.log(`${id} ends once its requests are done; its group launches another`);
}

function toText({ stage, url, release, group, clones, caches, database }: StageStatus): string {
  const short = (digest: string | null): string => digest?.slice(0, 12) ?? '-';
  const toMiB = (bytes: number | null): string => (bytes === null ? '-' : `${(bytes / 2 ** 20).toFixed(1)} MiB`);
  return [
    `stage ${stage}  ${url ?? ''}  release ${short(release)}`,
    '',
    toTable(
      ['clone', 'health', 'release', 'started', 'zone'],
      clones.map((clone) => [
        clone.id,
        clone.reason ? `${clone.health} (${clone.reason})` : clone.health,
        short(clone.release),
        clone.startedAt?.slice(0, 19).replace('T', ' ') ?? '-',
        clone.zone ?? '-',
      ]),
    ),
    `${clones.length} of ${group.desired} wanted, at least ${group.min}, at most ${group.max}`,
    '',
    toTable(
      ['cache', 'engine', 'used', 'policy'],
      caches.map(({ name, engine, version, usedMemoryBytes, policy }) => [
        name,
        `${engine} ${version ?? ''}`,
        toMiB(usedMemoryBytes),
        policy ?? '-',
      ]),
    ),
    '',
    toTable(
      ['database', 'engine', 'status', 'lag'],
      database.map(({ role, engine, version, status, lagSeconds }) => [
        role,
        `${engine} ${version}`,
        status,
        lagSeconds === null ? '-' : `${lagSeconds} s`,
      ]),
    ),
  ].join('\n');
}
