// What the month would cost with another choice at one knob: two estimates and their difference, no second formula.
import { ConfigError } from '../config/problem';
import {
  copiesOf,
  isNewNetwork,
  isOn,
  type Objects,
  type ObjectsEngine,
  type Protection,
  type StageConfig,
} from '../config/stage-config';
import { verifyConfig } from '../config/verify-config';
import { estimate, toCents } from './estimate';
import { cacheNodePrices, databaseClassPrices, instanceTypePrices } from './table';

export interface Choice {
  /** Path of the value in the config. */
  readonly knob: string;
  /** What it would be instead. */
  readonly choice: string;
  /** What that adds to the month; negative when it saves. */
  readonly differenceUsd: number;
}

type Change = readonly [knob: string, choice: string, config: StageConfig];

const refused = { refusedBecause: 'compared with and without' };

/** The next size of the same family; none for the largest. */
const findLarger = (table: object, name: string): string | undefined => {
  const familyOf = (type: string): string => type.slice(0, type.lastIndexOf('.'));
  const names = Object.keys(table).filter((each) => familyOf(each) === familyOf(name));
  return names[names.indexOf(name) + 1];
};

const toggled = (protection: Protection): { choice: string; value: Protection } =>
  isOn(protection) ? { choice: 'refused', value: refused } : { choice: 'true', value: true };

const cloneChanges = (config: StageConfig): Change[] => {
  const { clones } = config;
  const [type = '', ...others] = clones.instanceTypes;
  const withClones = (changes: Partial<StageConfig['clones']>): StageConfig => ({
    ...config,
    clones: { ...clones, ...changes },
  });
  const larger = findLarger(instanceTypePrices, type);
  const { spot, ...onDemand } = clones;
  return [
    ['clones.min', 'one more', withClones({ min: clones.min + 1, max: Math.max(clones.max, clones.min + 2) })],
    ...others.map((other): Change => ['clones.instanceTypes', other, withClones({ instanceTypes: [other] })]),
    ...(larger ? [['clones.instanceTypes', larger, withClones({ instanceTypes: [larger] })] as const] : []),
    spot
      ? ['clones.spot', 'none', { ...config, clones: onDemand }]
      : ['clones.spot', 'all but one', withClones({ spot: { onDemandBase: 1, sharePercent: 100 } })],
  ];
};

const networkChanges = (config: StageConfig): Change[] => {
  const { network } = config;
  if (!isNewNetwork(network)) return [];
  const nats = (['none', 'one', 'per-zone'] as const).filter((nat) => nat !== network.nat);
  const endpoints = (['one-zone', 'every-zone'] as const).filter((where) => where !== network.endpoints);
  return [
    ...nats.map((nat): Change => ['network.nat', nat, { ...config, network: { ...network, nat } }]),
    ...endpoints.map(
      (where): Change => ['network.endpoints', where, { ...config, network: { ...network, endpoints: where } }],
    ),
  ];
};

/** Smaller classes have no Database Insights. */
const hasInsights = (name: string): boolean => !/\.(micro|small)$/.test(name);

const databaseChanges = (config: StageConfig): Change[] => {
  const { database } = config;
  const withDatabase = (changes: Partial<StageConfig['database']>): StageConfig => ({
    ...config,
    database: { ...database, ...changes },
  });
  const larger = findLarger(databaseClassPrices, database.class);
  const standby = toggled(database.multiAz);
  const insights = database.insights === 'advanced' ? 'standard' : 'advanced';
  const classes = [database.class, ...database.replicas.map((replica) => replica.class ?? database.class)];
  return [
    ...(larger ? [['database.class', larger, withDatabase({ class: larger })] as const] : []),
    ['database.multiAz', standby.choice, withDatabase({ multiAz: standby.value })],
    ['database.replicas', 'one more', withDatabase({ replicas: [...database.replicas, {}] })],
    ...(classes.every(hasInsights) ? [['database.insights', insights, withDatabase({ insights })] as const] : []),
  ];
};

const cacheChanges = (config: StageConfig): Change[] =>
  (['sessions', 'objects'] as const).flatMap((cache): Change[] => {
    const { nodeType } = config[cache];
    const larger = findLarger(cacheNodePrices, nodeType);
    const withCache = (changes: { nodeType?: string; replicas?: number }): StageConfig => ({
      ...config,
      [cache]: { ...config[cache], ...changes },
    });
    return [
      ...(larger ? [[`${cache}.nodeType`, larger, withCache({ nodeType: larger })] as const] : []),
      ...('replicas' in config[cache]
        ? [[`${cache}.replicas`, 'one more', withCache({ replicas: copiesOf(config[cache]) + 1 })] as const]
        : []),
    ];
  });

const otherEngines: { readonly [Engine in ObjectsEngine]: (nodeType: string) => Objects } = {
  valkey: (nodeType) => ({ engine: 'memcached', nodeType }),
  memcached: (nodeType) => ({ engine: 'valkey', nodeType, replicas: 0, evictionPolicy: 'allkeys-lru' }),
};

const engineChange = (config: StageConfig): Change => {
  const { engine, nodeType } = config.objects;
  const objects = otherEngines[engine](nodeType);
  return ['objects.engine', objects.engine, { ...config, objects }];
};

const isAllowed = (config: StageConfig): boolean => {
  try {
    verifyConfig(config);
    return true;
  } catch (error) {
    if (error instanceof ConfigError) return false;
    throw error;
  }
};

/** Every other choice the rules allow, and what it changes. */
export const compareChoices = (config: StageConfig): Choice[] => {
  const { monthlyUsd } = estimate(config);
  const waf = toggled(config.waf);
  const changes: Change[] = [
    ...cloneChanges(config),
    ...networkChanges(config),
    ['waf', waf.choice, { ...config, waf: waf.value }],
    ...databaseChanges(config),
    ...cacheChanges(config),
    engineChange(config),
  ];
  return changes
    .filter(([, , changed]) => isAllowed(changed))
    .map(([knob, choice, changed]) => ({
      knob,
      choice,
      differenceUsd: toCents(estimate(changed).monthlyUsd - monthlyUsd),
    }));
};
