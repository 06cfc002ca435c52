// What must hold for the database and the caches.
import { cacheNodeTypes, databaseClasses } from './node-types';
import { type Rule, unless } from './rule';

const namesOf = (table: object): string => `one of ${Object.keys(table).join(', ')}`;

const databaseClassIsKnown: Rule = ({ database }) =>
  unless(Object.hasOwn(databaseClasses, database.class), {
    path: 'database.class',
    rule: 'must be an RDS instance class we know',
    got: database.class,
    remedy: `use ${namesOf(databaseClasses)}`,
  });

const storageHasRoomToGrow: Rule = ({ database }) =>
  unless(database.maxStorageGiB >= database.storageGiB * 1.1, {
    path: 'database.maxStorageGiB',
    rule: `must be at least 10 % above database.storageGiB (${database.storageGiB})`,
    got: database.maxStorageGiB,
    remedy: `raise it to ${Math.ceil(database.storageGiB * 1.1)} or more`,
  });

const replicasHaveBackups: Rule = ({ database }) =>
  unless(database.replicas === 0 || database.backupDays > 0, {
    path: 'database.backupDays',
    rule: `must be at least 1 when there are replicas (${database.replicas}): a replica starts from a backup`,
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

export const dataRules: readonly Rule[] = [
  databaseClassIsKnown,
  storageHasRoomToGrow,
  replicasHaveBackups,
  cacheNodeTypesAreKnown,
];
