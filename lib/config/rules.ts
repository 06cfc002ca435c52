// What must hold between the values of a config: one flat list of rules that know nothing of each other.
import { dataRules } from './data-rules';
import { fleetRules } from './fleet-rules';
import { networkRules } from './network-rules';
import { type Rule, unless } from './rule';
import { copiesOf, isRefused, type StageConfig } from './stage-config';

const refusalsHaveAReason: Rule = ({ https, deletionProtection, waf, alarms, clones, image, database, sessions }) =>
  Object.entries({
    https,
    deletionProtection,
    waf,
    alarms,
    'clones.roll.alarms': clones.roll.alarms,
    'image.scan': image.scan,
    'database.multiAz': database.multiAz,
    'sessions.durability': sessions.durability,
  }).flatMap(([path, choice]) =>
    isRefused(choice)
      ? unless(choice.refusedBecause.trim().split(/\s+/).length >= 3, {
          path: `${path}.refusedBecause`,
          rule: 'must be a reason of at least three words',
          got: choice.refusedBecause,
          remedy: 'write why this stage can go without, or turn the protection on',
        })
      : [],
  );

/** What AWS takes: [path, value, from, to], both ends allowed. */
const ranges = ({ clones, image, database, sessions, objects }: StageConfig): [string, number, number, number][] => [
  ['clones.min', clones.min, 1, 100],
  ['clones.max', clones.max, 1, 200],
  ...(clones.schedule ?? []).map(({ min }, i): [string, number, number, number] => [
    `clones.schedule.${i}.min`,
    min,
    clones.min,
    clones.max,
  ]),
  ['clones.maxLifetimeDays', clones.maxLifetimeDays, 1, 365],
  ['clones.readyWithinSeconds', clones.readyWithinSeconds, 30, 7200],
  ['clones.roll.checkpointSeconds', clones.roll.checkpointSeconds, 0, 172_800],
  ['clones.roll.bakeSeconds', clones.roll.bakeSeconds, 0, 172_800],
  // The one that runs and the one before it, or there is no way back.
  ['image.keep', image.keep, 2, 100],
  ['database.storageGiB', database.storageGiB, 20, 65_536],
  ['database.replicas', database.replicas.length, 0, 15],
  ['database.backupDays', database.backupDays, 0, 35],
  ['sessions.replicas', sessions.replicas, 0, 5],
  ['objects.replicas', copiesOf(objects), 0, 5],
];

const valuesAreInRange: Rule = (config) =>
  ranges(config).flatMap(([path, value, from, to]) =>
    unless(value >= from && value <= to, {
      path,
      rule: `must be from ${from} to ${to}`,
      got: value,
      remedy: value < from ? `raise it to ${from} or more` : `lower it to ${to} or less`,
    }),
  );

export const rules: readonly Rule[] = [
  ...networkRules,
  refusalsHaveAReason,
  ...fleetRules,
  ...dataRules,
  valuesAreInRange,
];
