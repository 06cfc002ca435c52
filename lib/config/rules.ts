// What must hold between the values of a config: one flat list of rules that know nothing of each other.
import { dataRules } from './data-rules';
import { fleetRules } from './fleet-rules';
import { networkRules } from './network-rules';
import { type Rule, unless } from './rule';
import type { StageConfig } from './stage-config';

const refusalsHaveAReason: Rule = ({ https, deletionProtection, database }) =>
  Object.entries({ https, deletionProtection, 'database.multiAz': database.multiAz }).flatMap(([path, choice]) =>
    choice !== true && 'refusedBecause' in choice
      ? unless(choice.refusedBecause.trim().split(/\s+/).length >= 3, {
          path: `${path}.refusedBecause`,
          rule: 'must be a reason of at least three words',
          got: choice.refusedBecause,
          remedy: 'write why this stage can go without, or turn the protection on',
        })
      : [],
  );

/** What AWS takes: [path, value, from, to], both ends allowed. */
const ranges = (config: StageConfig): [string, number, number, number][] => [
  ['clones.min', config.clones.min, 1, 100],
  ['clones.max', config.clones.max, 1, 200],
  ['clones.readyWithinSeconds', config.clones.readyWithinSeconds, 30, 7200],
  ['healthCheck.intervalSeconds', config.healthCheck.intervalSeconds, 5, 300],
  ['healthCheck.timeoutSeconds', config.healthCheck.timeoutSeconds, 2, 120],
  ['healthCheck.healthyThreshold', config.healthCheck.healthyThreshold, 2, 10],
  ['healthCheck.unhealthyThreshold', config.healthCheck.unhealthyThreshold, 2, 10],
  ['deregistrationSeconds', config.deregistrationSeconds, 0, 3600],
  ['idleTimeoutSeconds', config.idleTimeoutSeconds, 1, 4000],
  ['database.storageGiB', config.database.storageGiB, 20, 65536],
  ['database.replicas', config.database.replicas, 0, 15],
  ['database.backupDays', config.database.backupDays, 0, 35],
  ['sessions.replicas', config.sessions.replicas, 0, 5],
  ['objects.replicas', config.objects.replicas, 0, 5],
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
