// RDS: the primary and its read replicas, with the engine that really runs.
import * as schemas from '@aws-sdk/client-rds';
import type { Fleet } from '../fleet';
import { account } from '../physical';
import type { Database } from '../servers/database';
import { AwsError, refuseFilters, type Service, select } from './service';

async function toInstance(database: Database, fleet: Fleet): Promise<schemas.DBInstance> {
  const { plan } = fleet;
  const isReplica = database.plan.role === 'replica';
  const replicates = !isReplica || (await database.findLagSeconds().catch(() => undefined)) !== undefined;
  return {
    DBInstanceIdentifier: database.plan.id,
    DBInstanceArn: `arn:aws:rds:${plan.region}:${account}:db:${database.plan.id}`,
    DBInstanceClass: database.plan.instanceClass,
    DBInstanceStatus: database.process.ended ? 'failed' : 'available',
    Engine: database.program.flavour,
    EngineVersion: database.program.version,
    DBName: plan.primary.databaseName,
    Endpoint: { Address: database.address.host, Port: database.address.port },
    InstanceCreateTime: database.process.startedAt,
    // No standby runs on this machine, whatever the template has.
    MultiAZ: false,
    StorageEncrypted: false,
    PubliclyAccessible: false,
    ...(isReplica
      ? {
          ReadReplicaSourceDBInstanceIdentifier: plan.primary.id,
          StatusInfos: [
            { StatusType: 'read replication', Normal: replicates, Status: replicates ? 'replicating' : 'error' },
          ],
        }
      : { ReadReplicaDBInstanceIdentifiers: plan.replicas.map(({ id }) => id) }),
  };
}

const notFound = (id: string) => new AwsError('DBInstanceNotFound', `DBInstance ${id} not found.`, 404);

export const rds: Service = {
  signingName: 'rds',
  protocol: 'query',
  namespace: 'http://rds.amazonaws.com/doc/2014-10-31/',
  schemas,
  actions: {
    DescribeDBInstances: async (
      input: schemas.DescribeDBInstancesMessage,
      fleet,
    ): Promise<schemas.DBInstanceMessage> => {
      refuseFilters(input.Filters);
      const wanted = input.DBInstanceIdentifier === undefined ? undefined : [input.DBInstanceIdentifier];
      const databases = select(fleet.databases, wanted, ({ plan }) => plan.id, notFound);
      return { DBInstances: await Promise.all(databases.map((database) => toInstance(database, fleet))) };
    },
  },
};
