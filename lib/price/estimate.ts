// What a stage costs a month, line by line: the config times the price table, and nothing else.
import { OperatorError } from '../config/operator-error';
import { toLine } from '../config/problem';
import { copiesOf, isNewNetwork, isOn, type StageConfig } from '../config/stage-config';
import * as assumed from './assumptions';
import {
  cacheNodePrices,
  databaseClassPrices,
  databaseProcessors,
  getPrice,
  instanceTypePrices,
  isVerified,
  memcachedNodePrices,
  type Price,
  prices,
  tableOf,
} from './table';

export interface Line {
  /** Path of the value in the config that decides over it; null for what every stage has. */
  readonly knob: string | null;
  readonly what: string;
  readonly count: number;
  readonly unitUsd: number;
  readonly per: Price['per'];
  /** Hours a month; null for what is not billed by the hour. */
  readonly hours: number | null;
  readonly monthlyUsd: number;
  /** Whether the price was read somewhere, and not calculated or remembered. */
  readonly isVerified: boolean;
}

export interface Estimate {
  readonly stage: StageConfig['stage'];
  readonly region: string;
  /** The lines' sum. */
  readonly monthlyUsd: number;
  readonly lines: readonly Line[];
}

export const toCents = (usd: number): number => Math.round(usd * 100) / 100;

const line = (knob: string | null, what: string, count: number, price: Price): Line => {
  const hours = price.per === 'hour' ? assumed.hoursAMonth : null;
  return {
    knob,
    what,
    count,
    unitUsd: price.usd,
    per: price.per,
    hours,
    monthlyUsd: toCents(count * price.usd * (hours ?? 1)),
    isVerified: isVerified(price),
  };
};

const cloneLines = ({ clones, image }: StageConfig): Line[] => {
  const { min, instanceTypes, spot } = clones;
  const [type = ''] = instanceTypes;
  const price = getPrice(instanceTypePrices, type, 'clones.instanceTypes.0');
  const base = Math.min(min, spot?.onDemandBase ?? min);
  // What cannot be halved is on demand.
  const spots = Math.floor(((min - base) * (spot?.sharePercent ?? 0)) / 100);
  const spotPrice = { ...price, usd: (price.usd * assumed.spotPercent) / 100, from: 'memory' } as const;
  return [
    line('clones.instanceTypes', `clones, ${type}`, min - spots, price),
    line('clones.spot', `clones on Spot, ${type}`, spots, spotPrice),
    line('clones.min', 'GB of disks of clones', min * assumed.cloneDiskGB, prices.cloneDisk),
    line('clones.min', 'figures of clones', min * assumed.cloneMetrics, prices.metric),
    line('image.keep', 'GB of images', image.keep * assumed.imageGB, prices.imageStorage),
  ];
};

const networkLines = ({ network, zones }: StageConfig): Line[] => {
  if (!isNewNetwork(network)) return [];
  const nats = { none: 0, one: 1, 'per-zone': zones.length }[network.nat];
  const endpointZones = network.endpoints === 'every-zone' ? zones.length : 1;
  const { ofClones, ofImageBuilder } = assumed.endpointServices;
  // Those of the image builder are in one zone whatever the others are.
  const endpoints = ofClones * endpointZones + (nats === 0 ? ofImageBuilder : 0);
  return [
    line('network.nat', 'NAT gateways', nats, prices.natGateway),
    line('network.nat', 'addresses of NAT gateways', nats, prices.publicAddress),
    line('network.nat', 'GB through NAT', nats === 0 ? 0 : assumed.natGB, prices.natTraffic),
    line('network.endpoints', 'endpoints of the API of AWS', endpoints, prices.endpoint),
    line('network.endpoints', 'GB through endpoints', assumed.logsGB, prices.endpointTraffic),
  ];
};

const entryLines = ({ zones, waf }: StageConfig): Line[] => [
  line(null, 'load balancer', 1, prices.loadBalancer),
  // One unit holds a gigabyte an hour; so many requests need no more of it for anything else.
  line(null, 'LCU-hours of the load balancer', assumed.traffic.outGB, prices.loadBalancerUse),
  line('zones', 'addresses of the load balancer', zones.length, prices.publicAddress),
  line(null, 'GB to people', assumed.traffic.outGB, prices.trafficOut),
  ...(isOn(waf)
    ? [
        line('waf', 'web application firewall', 1, prices.waf),
        line('waf', 'rules of the firewall', assumed.wafRules, prices.wafRule),
        line('waf', 'million requests through the firewall', assumed.traffic.requestMillions, prices.wafRequests),
      ]
    : []),
];

const databaseLines = ({ database }: StageConfig): Line[] => {
  const { class: primaryClass, replicas, storageGiB, backupDays } = database;
  const priceOf = (name: string, path: string): Price => getPrice(databaseClassPrices, name, path);
  const primary = priceOf(primaryClass, 'database.class');
  const standbys = isOn(database.multiAz) ? 1 : 0;
  const replicaClasses = replicas.map((replica, i) => {
    const name = replica.class ?? primaryClass;
    return { name, price: priceOf(name, `database.replicas.${i}.class`) };
  });
  const servers = 1 + replicas.length;
  const processors = [primaryClass, ...replicaClasses.map(({ name }) => name)].reduce(
    (sum, name) => sum + (databaseProcessors[name] ?? 0),
    0,
  );
  // As much as all servers' storage is free: the first backup of each. What changes from day to day is not.
  const backupGB = (servers * storageGiB * backupDays * assumed.changedPercent) / 100;
  return [
    line('database.class', `primary, ${primaryClass}`, 1, primary),
    line('database.multiAz', `standby, ${primaryClass}`, standbys, primary),
    ...[...new Map(replicaClasses.map(({ name, price }) => [name, price]))].map(([name, price]) =>
      line('database.replicas', `replicas, ${name}`, replicaClasses.filter((each) => each.name === name).length, price),
    ),
    line('database.storageGiB', 'GB of the primary', storageGiB, prices.databaseStorage),
    line('database.multiAz', 'GB of the standby', standbys * storageGiB, prices.databaseStorage),
    line('database.replicas', 'GB of replicas', replicas.length * storageGiB, prices.databaseStorage),
    line('database.backupDays', 'GB of backups', backupGB, prices.databaseBackup),
    line(
      'database.insights',
      'processors under Database Insights',
      database.insights === 'advanced' ? processors : 0,
      prices.insightsProcessor,
    ),
  ];
};

/** By engine. */
const nodePrices = { valkey: cacheNodePrices, memcached: memcachedNodePrices } as const;

const cacheLines = (config: StageConfig): Line[] =>
  (['sessions', 'objects'] as const).flatMap((cache) => {
    const { engine, nodeType } = config[cache];
    const price = getPrice(nodePrices[engine], nodeType, `${cache}.nodeType`);
    return [
      line(`${cache}.nodeType`, `${cache} cache, ${nodeType}`, 1, price),
      line(`${cache}.replicas`, `copies of the ${cache} cache, ${nodeType}`, copiesOf(config[cache]), price),
    ];
  });

const countAlarms = ({ https, database, sessions, objects }: StageConfig): number => {
  const { alarms } = assumed;
  const copies = [sessions, objects].map(copiesOf);
  const failoverNodes = copies.reduce((sum, count) => sum + (count > 0 ? 1 + count : 0), 0);
  return (
    alarms.loadBalancerAndClones +
    ('certificateArn' in https ? alarms.certificate : 0) +
    alarms.primary +
    alarms.replica * database.replicas.length +
    alarms.sessionsNode * (1 + sessions.replicas) +
    alarms.objectsNode[objects.engine] * (1 + copiesOf(objects)) +
    alarms.failoverNode * failoverNodes +
    alarms.rotations
  );
};

const commonLines = (config: StageConfig): Line[] => [
  line(null, 'keys', assumed.keys, prices.key),
  line(null, 'secrets', assumed.secrets, prices.secret),
  line(null, 'figures under alarm', countAlarms(config), prices.alarm),
  line(null, 'dashboards', 1, prices.dashboard),
  line(null, 'GB of logs', assumed.logsGB, prices.logs),
  line(null, 'GB in S3', assumed.storedGB, prices.objectStorage),
];

/** @throws OperatorError when the table is of another region, or has no price of a type that the config names */
export const estimate = (config: StageConfig): Estimate => {
  const { stage, region } = config;
  if (region !== tableOf.region) {
    const rule = `must be ${tableOf.region}: the price table is of no other`;
    throw new OperatorError(toLine({ path: 'region', rule, got: region, remedy: 'change lib/price/table.ts' }));
  }
  const lines = [cloneLines, networkLines, entryLines, databaseLines, cacheLines, commonLines]
    .flatMap((toLines) => toLines(config))
    .filter(({ count }) => count > 0);
  return { stage, region, monthlyUsd: toCents(lines.reduce((sum, { monthlyUsd }) => sum + monthlyUsd, 0)), lines };
};
