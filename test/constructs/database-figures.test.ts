// What is watched of a primary and its replicas.

import type { Stack } from 'aws-cdk-lib';
import { InstanceClass, InstanceSize, InstanceType } from 'aws-cdk-lib/aws-ec2';
import {
  DatabaseInstance,
  DatabaseInstanceEngine,
  DatabaseInstanceReadReplica,
  MysqlEngineVersion,
} from 'aws-cdk-lib/aws-rds';
import { databaseFigures } from '../../lib/constructs/database-figures';
import type { Figure } from '../../lib/constructs/figure';
import { inStack, surroundings } from './built';

const figuresIn = (stack: Stack): Figure[] => {
  const { vpc } = surroundings(stack);
  const primary = new DatabaseInstance(stack, 'Primary', {
    vpc,
    engine: DatabaseInstanceEngine.mysql({ version: MysqlEngineVersion.VER_8_4_10 }),
  });
  const replica = new DatabaseInstanceReadReplica(stack, 'Replica', {
    vpc,
    sourceDatabaseInstance: primary,
    instanceType: InstanceType.of(InstanceClass.T4G, InstanceSize.MICRO),
  });
  return databaseFigures({ primary, replicas: [replica], maxConnections: 76, storageGiB: 20 });
};

const figures = inStack(figuresIn);
const find = (id: string): Figure => figures.find((figure) => figure.id === id) as Figure;

test('lag is watched of every replica; disk, connections and processor of every server', () => {
  expect(figures.map(({ id }) => id)).toEqual([
    'Replica1Lag',
    'PrimaryStorage',
    'PrimaryConnections',
    'PrimaryProcessor',
    'Replica1Storage',
    'Replica1Connections',
    'Replica1Processor',
  ]);
});

test('a replica that does not follow at all, or says nothing, is behind', () => {
  const { metric, silenceIsBad, threshold } = find('Replica1Lag');
  expect(metric.toMetricConfig().mathExpression?.expression).toBe('IF(lag < 0, 86400, lag)');
  expect(silenceIsBad).toBe(true);
  expect(threshold).toBe(30);
});

test('where silence is bad every period must be: a new database has told nothing before its first figure', () => {
  const silent = figures.filter(({ silenceIsBad }) => silenceIsBad);
  expect(silent.map(({ periods }) => periods)).toEqual(silent.map(() => [5, 5]));
});

test('a twentieth of the disk must be free, and a tenth of the connections', () => {
  expect(find('PrimaryStorage')).toMatchObject({ threshold: 2 ** 30, bad: 'below' });
  expect(find('PrimaryConnections').threshold).toBe(68);
});
