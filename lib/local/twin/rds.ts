// RDS: the primary and its read replicas, with the engine that really runs.
import * as schemas from '@aws-sdk/client-rds';
import type { Fleet } from '../fleet';
import { account } from '../physical';
import type { Database } from '../servers/database';
import { blueGreenActions, toDatabaseArn } from './blue-green';
import { findEvents } from './events';
import { verifyFilters } from './filters';
import { toPage } from './page';
import { AwsError, type Service, select } from './service';

const parameterGroupOf = ({ plan }: Database): string => plan.parameterGroup;
/** Of what it has events of: their type is the word of its ARN, but for databases. */
const arnTypes: Readonly<Record<string, string>> = { 'db-instance': 'db', 'blue-green-deployment': 'deployment' };

async function toInstance(database: Database, fleet: Fleet): Promise<schemas.DBInstance> {
  const { plan, databaseFleet } = fleet;
  const { source } = database;
  const replicates = !source || (await database.replication.findLagSeconds().catch(() => undefined)) !== undefined;
  const followers = fleet.databases.filter((one) => one.source === database);
  return {
    DBInstanceIdentifier: database.plan.id,
    DBInstanceArn: toDatabaseArn(database.plan.id, plan.region),
    DBInstanceClass: database.plan.instanceClass,
    DBInstanceStatus: databaseFleet.statusOf(database),
    Engine: database.program.flavour,
    EngineVersion: database.program.version,
    DBName: plan.primary.databaseName,
    Endpoint: { Address: database.address.host, Port: database.address.port },
    InstanceCreateTime: database.process.startedAt,
    DBParameterGroups: [{ DBParameterGroupName: parameterGroupOf(database), ParameterApplyStatus: 'in-sync' }],
    // A standby really runs, on this machine as all else.
    MultiAZ: databaseFleet.standbys.of(database) !== undefined,
    StorageEncrypted: false,
    PubliclyAccessible: false,
    ...(source
      ? {
          ReadReplicaSourceDBInstanceIdentifier: source.plan.id,
          StatusInfos: [
            { StatusType: 'read replication', Normal: replicates, Status: replicates ? 'replicating' : 'error' },
          ],
        }
      : {}),
    ReadReplicaDBInstanceIdentifiers: followers.map((follower) => follower.plan.id),
  };
}

const notFound = (id: string) => new AwsError('DBInstanceNotFound', `DBInstance ${id} not found.`, 404);

/** One that is at rest. */
function getAvailable(id: string | undefined, { databaseFleet }: Fleet): Database {
  const found = databaseFleet.find(id ?? '');
  if (!found) throw notFound(String(id));
  if (databaseFleet.statusOf(found) === 'available') return found;
  throw new AwsError('InvalidDBInstanceState', `Database instance ${id} is not in available state.`);
}

export const rds: Service = {
  signingName: 'rds',
  protocol: 'query',
  namespace: 'http://rds.amazonaws.com/doc/2014-10-31/',
  schemas,
  wrongTokenCode: 'InvalidParameterValue',
  actions: {
    ...blueGreenActions,
    DescribeDBInstances: async (
      input: schemas.DescribeDBInstancesMessage,
      fleet,
    ): Promise<schemas.DBInstanceMessage> => {
      const fits = verifyFilters(input.Filters, { 'db-instance-id': ({ plan }: Database) => [plan.id] });
      const wanted = input.DBInstanceIdentifier === undefined ? undefined : [input.DBInstanceIdentifier];
      const databases = select(fleet.databases, wanted, ({ plan }) => plan.id, notFound).filter(fits);
      const { items, next } = toPage(databases, input.MaxRecords, input.Marker);
      return { DBInstances: await Promise.all(items.map((database) => toInstance(database, fleet))), Marker: next };
    },
    DescribeDBParameters: (input: schemas.DescribeDBParametersMessage, fleet): schemas.DBParameterGroupDetails => {
      const database = fleet.databases.find((one) => parameterGroupOf(one) === input.DBParameterGroupName);
      if (!database) {
        throw new AwsError(
          'DBParameterGroupNotFound',
          `DBParameterGroup not found: ${input.DBParameterGroupName}`,
          404,
        );
      }
      // Those of the template: what else the engine has is not told here.
      const own = input.Source === undefined || input.Source === 'user' ? Object.entries(database.plan.parameters) : [];
      const { items, next } = toPage(own, input.MaxRecords, input.Marker);
      return {
        Parameters: items.map(([ParameterName, ParameterValue]) => ({ ParameterName, ParameterValue, Source: 'user' })),
        Marker: next,
      };
    },
    RebootDBInstance: async (
      input: schemas.RebootDBInstanceMessage,
      fleet,
    ): Promise<schemas.RebootDBInstanceResult> => {
      const database = getAvailable(input.DBInstanceIdentifier, fleet);
      const { databaseFleet } = fleet;
      if (input.ForceFailover) {
        if (!databaseFleet.standbys.of(database)) {
          throw new AwsError(
            'InvalidParameterCombination',
            'The ForceFailover parameter cannot be specified for a DB instance that is not Multi-AZ.',
          );
        }
        if (!databaseFleet.standbys.isProtected(database)) {
          throw new AwsError(
            'InvalidDBInstanceState',
            `The standby of ${database.plan.id} is not there yet; try again later.`,
          );
        }
        databaseFleet.standbys.failOver(database);
      } else {
        databaseFleet.reboot(database);
      }
      return { DBInstance: await toInstance(database, fleet) };
    },
    PromoteReadReplica: async (
      input: schemas.PromoteReadReplicaMessage,
      fleet,
    ): Promise<schemas.PromoteReadReplicaResult> => {
      const database = getAvailable(input.DBInstanceIdentifier, fleet);
      if (database.plan.role !== 'replica') {
        throw new AwsError('InvalidDBInstanceState', `DB Instance ${database.plan.id} is not a read replica.`);
      }
      fleet.databaseFleet.promote(database);
      return { DBInstance: await toInstance(database, fleet) };
    },
    DescribeEvents: (input: schemas.DescribeEventsMessage, fleet): schemas.EventsMessage => {
      const found = findEvents(fleet.events, Object.keys(arnTypes), input);
      const { items, next } = toPage(found, input.MaxRecords, input.Marker);
      return {
        Events: items.map(({ at, source, type, message, categories }) => ({
          ...{ SourceIdentifier: source, SourceType: type as schemas.SourceType, Message: message, Date: at },
          SourceArn: `arn:aws:rds:${fleet.plan.region}:${account}:${arnTypes[type]}:${source}`,
          EventCategories: [...categories],
        })),
        Marker: next,
      };
    },
  },
};
