// Prints what `status` found, for people or for programs.
import { isUnknown, type Part } from '../ops/part';
import { getStatus, type StageStatus } from '../ops/status';
import type { AlarmsStatus } from '../ops/status/alarms';
import type { CacheStatus } from '../ops/status/caches';
import type { CloneStatus } from '../ops/status/clones';
import type { DatabaseStatus } from '../ops/status/databases';
import { isRunning, type RefreshStatus } from '../ops/status/refresh';
import { toAge } from './age';
import { colour } from './colour';
import type { ShowFlags, Surroundings } from './flags';
import { operate } from './operate';
import { toEta } from './progress';
import { toTable } from './table';
import { show } from './watch';
import { wrap } from './wrap';

/** 0 when all of it could be seen, whatever is seen; 1 when a part is unknown. */
export const statusCommand = (flags: ShowFlags, surroundings: Surroundings): Promise<number> =>
  operate(flags, surroundings, (aws) =>
    show(flags, async () => {
      const status = await getStatus(aws);
      const { watch, json } = flags;
      const text = json ? JSON.stringify(status, null, watch ? undefined : 2) : colour(toText(status));
      return { text, code: Object.values(status).some(isUnknown) ? 1 : 0 };
    }),
  );

const short = (digest: string | null): string => digest?.slice(0, 12) ?? '-';
const toMiB = (bytes: number | null): string => (bytes === null ? '-' : `${(bytes / 2 ** 20).toFixed(1)} MiB`);
const orDash = (value: string | number | null): string => (value === null ? '-' : String(value));

/** The text of a part; why, where it is not known. */
const toPart = <T>(name: string, part: Part<T>, toLines: (known: T) => string): string =>
  isUnknown(part) ? `${name}  unknown: ${part.unknown}` : toLines(part);

/** Fits 80 columns where names are as long as those of a stage. */
export function toText(status: StageStatus): string {
  const { stage, url, release, group, clones, instances, refresh, caches, database, alarms } = status;
  return [
    `stage ${stage}  ${url}  release ${short(release)}`,
    '',
    toPart('clones', clones, toClones),
    ...(instances ? [`releases and ages  unknown: ${instances.unknown}`] : []),
    toPart(
      'group',
      group,
      ({ min, desired, max }) =>
        `${isUnknown(clones) ? '?' : clones.length} of ${desired} wanted, at least ${min}, at most ${max}`,
    ),
    toPart('roll', refresh, toRefresh),
    '',
    toPart('caches', caches, toCaches),
    '',
    toPart('databases', database, toDatabases),
    '',
    toPart('alarms', alarms, toAlarms),
  ].join('\n');
}

const toClones = (clones: readonly CloneStatus[]): string =>
  [
    toTable(
      ['clone', 'health', 'state', 'release', 'age', 'zone'],
      clones.map(({ id, health, state, release, startedAt, zone }) => [
        ...[id, health, state, short(release)],
        ...[startedAt === null ? '-' : toAge(Date.now() - Date.parse(startedAt)), zone ?? '-'],
      ]),
    ),
    ...clones.flatMap(({ id, reason }) => (reason ? [wrap(`  ${id}: ${reason}`, '    ')] : [])),
  ].join('\n');

function toRefresh(refresh: RefreshStatus | null): string {
  if (!refresh) return 'no roll yet';
  const { status, percent, left, secondsLeft, endedAt, reason } = refresh;
  if (!isRunning(refresh)) return `last roll: ${status}${endedAt ? ` at ${endedAt.slice(0, 19)}Z` : ''}`;
  const why = reason ? `\n${wrap(`  ${reason}`, '  ')}` : '';
  return `roll: ${status}, ${percent} % done, ${left} left to replace${toEta(secondsLeft)}${why}`;
}

const toCaches = (caches: readonly CacheStatus[]): string =>
  toTable(
    ['cache', 'node', 'role', 'engine', 'memory', 'evicted', 'policy'],
    caches.map(({ name, node, role, engine, version, usedMemoryBytes, evictions, policy }) => [
      // What all nodes of a stage begin with says nothing.
      ...[name, node.slice(-8), role ?? '-', `${engine} ${version ?? ''}`.trim()],
      ...[toMiB(usedMemoryBytes), orDash(evictions), policy ?? '-'],
    ]),
  );

const toDatabases = (databases: readonly DatabaseStatus[]): string =>
  toTable(
    ['database', 'role', 'engine', 'class', 'status', 'lag'],
    databases.map((one) => [
      ...[one.id, one.role, `${one.engine} ${one.version}`, one.class],
      ...[one.status, one.lagSeconds === null ? '-' : `${one.lagSeconds} s`],
    ]),
  );

const toAlarms = ({ total, ok, alarms, insufficientData }: AlarmsStatus): string =>
  [
    `alarms: ${ok} of ${total} OK${insufficientData ? `, ${insufficientData} with too little data` : ''}`,
    ...alarms.map(({ name, state, reason }) => wrap(`  ${name} ${state} ${reason ?? ''}`.trimEnd(), '    ')),
  ].join('\n');
