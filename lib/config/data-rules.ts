// What must hold for the database and the caches.
import { derive } from './derived';
import { cacheNodeTypes, databaseClasses, isDurable } from './node-types';
import { type Rule, unless } from './rule';
import { isRefused } from './stage-config';

const namesOf = (table: object): string => `one of ${Object.keys(table).join(', ')}`;

const databaseClassesAreKnown: Rule = ({ database }) =>
  [
    { path: 'database.class', name: database.class },
    ...database.replicas.map((replica, i) => ({ path: `database.replicas.${i}.class`, name: replica.class })),
  ].flatMap(({ path, name }) =>
    unless(name === undefined || Object.hasOwn(databaseClasses, name), {
      path,
      rule: 'must be an RDS instance class we know',
      got: name,
      remedy: `use ${namesOf(databaseClasses)}`,
    }),
  );

const replicasAreInTheZones: Rule = ({ database, zones }) =>
  database.replicas.flatMap(({ zone }, i) =>
    unless(zone === undefined || zones.includes(zone), {
      path: `database.replicas.${i}.zone`,
      rule: `must be one of zones (${zones.join(', ')})`,
      got: zone,
      remedy: 'choose one of these, or leave it to RDS',
    }),
  );

const insightsAreThere: Rule = ({ database }) =>
  unless(database.insights === 'standard' || !/\.(micro|small)$/.test(database.class), {
    path: 'database.insights',
    rule: `must be standard for ${database.class}, which is too small for more`,
    got: database.insights,
    remedy: 'use standard, or a larger database.class',
  });

const storageHasRoomToGrow: Rule = ({ database }) =>
  unless(database.maxStorageGiB * 10 >= database.storageGiB * 11, {
    path: 'database.maxStorageGiB',
    rule: `must be at least 10 % above database.storageGiB (${database.storageGiB})`,
    got: database.maxStorageGiB,
    remedy: `raise it to ${Math.ceil((database.storageGiB * 11) / 10)} or more`,
  });

const replicasHaveBackups: Rule = ({ database }) =>
  unless(database.replicas.length === 0 || database.backupDays > 0, {
    path: 'database.backupDays',
    rule: `must be at least 1 when there are replicas (${database.replicas.length}): a replica starts from a backup`,
    got: database.backupDays,
    remedy: 'turn backups on or use no replicas',
  });

const cacheNodeTypesAreKnown: Rule = ({ sessions, objects }) =>
  Object.entries({ sessions, objects }).flatMap(([cache, { nodeType }]) =>
    unless(Object.hasOwn(cacheNodeTypes, nodeType), {
      path: `${cache}.nodeType`,
      rule: 'must be an ElastiCache node type we know',
      got: nodeType,
      remedy: `use ${namesOf(cacheNodeTypes)}`,
    }),
  );

const durabilityHasWhatItNeeds: Rule = ({ sessions }) =>
  isRefused(sessions.durability)
    ? []
    : [
        ...unless(isDurable(sessions.nodeType), {
          path: 'sessions.durability',
          rule: `must be refused for ${sessions.nodeType}, which has no durable log`,
          got: sessions.durability,
          remedy: 'use a node type like cache.m7g.large, or refuse it with a reason',
        }),
        ...unless(sessions.replicas >= 1, {
          path: 'sessions.replicas',
          rule: 'must be at least 1 for durable sessions',
          got: sessions.replicas,
          remedy: 'add a replica, or refuse durability with a reason',
        }),
      ];

/** With fewer, a request that waits for the database keeps every other request of its clone waiting. */
const fewestConnections = 2;

const connectionsFit: Rule = (config) => {
  const { clones, database } = config;
  const names = [database.class, ...database.replicas.map((replica) => replica.class ?? database.class)];
  if (names.some((name) => !Object.hasOwn(databaseClasses, name))) return [];
  const { surge, maxConnections, poolSize } = derive(config);
  return unless(poolSize >= fewestConnections, {
    path: 'clones.max',
    rule: `must leave ${fewestConnections} connections for each of ${surge} clones, all of a group that rolls, of the ${maxConnections} the smallest database server holds`,
    got: clones.max,
    remedy: 'lower it, or use a larger database.class',
  });
};

export const dataRules: readonly Rule[] = [
  databaseClassesAreKnown,
  replicasAreInTheZones,
  insightsAreThere,
  storageHasRoomToGrow,
  replicasHaveBackups,
  cacheNodeTypesAreKnown,
  durabilityHasWhatItNeeds,
  connectionsFit,
];
