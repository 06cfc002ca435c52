// The database servers of a stage: who is the primary, how large it is, and how far replicas are behind.
import { type DBInstance, paginateDescribeDBInstances, RDSClient } from '@aws-sdk/client-rds';
import type { Aws } from '../aws';
import { readLatest } from '../metrics';
import { isUnknown, type Part, readPart } from '../part';
import type { Stage } from '../stage';

export interface DatabaseStatus {
  readonly id: string;
  readonly role: 'primary' | 'replica';
  readonly engine: string;
  readonly version: string;
  /** Instance class, e.g. db.t4g.micro. */
  readonly class: string;
  readonly status: string;
  /** Whether a standby takes over. */
  readonly multiAz: boolean;
  /** Seconds behind the primary; null on the primary and where it is not known. */
  readonly lagSeconds: number | null;
}

/** Those of the stage, the primary first; one that RDS does not have is left out. */
export async function listInstances(aws: Aws, { primaryId, replicaIds }: Stage): Promise<DBInstance[]> {
  const ids = [primaryId, ...replicaIds];
  const found: DBInstance[] = [];
  const pages = paginateDescribeDBInstances(
    { client: aws.of(RDSClient) },
    { Filters: [{ Name: 'db-instance-id', Values: ids }] },
  );
  for await (const { DBInstances = [] } of pages) found.push(...DBInstances);
  const order = ({ DBInstanceIdentifier = '' }: DBInstance): number => ids.indexOf(DBInstanceIdentifier);
  return found.sort((a, b) => order(a) - order(b));
}

/** What it says of itself, not what it was deployed as: one that was promoted is a primary. */
export const isReplica = (instance: DBInstance): boolean => Boolean(instance.ReadReplicaSourceDBInstanceIdentifier);

/** CloudWatch tells of a minute some minutes later, and a fleet here of this one: what is older may be of one that has hung since. */
const freshSeconds = ({ target }: Aws): number => (target.endpoint ? 0 : 180);

/** Seconds by identifier; null where nothing tells of now. */
export async function readLags(
  aws: Aws,
  ids: readonly string[],
  since = new Date(Date.now() - freshSeconds(aws) * 1000),
): Promise<Map<string, number | null>> {
  const lags = await readLatest(
    aws,
    ids.map((DBInstanceIdentifier) => ({
      namespace: 'AWS/RDS',
      name: 'ReplicaLag',
      dimensions: { DBInstanceIdentifier },
    })),
    since,
  );
  // What CloudWatch has is an average of many looks.
  const toTenths = (lag: number | null): number | null => (lag === null ? null : Math.round(lag * 10) / 10);
  return new Map(ids.map((id, index) => [id, toTenths(lags[index] ?? null)]));
}

export async function readDatabases(aws: Aws, stage: Stage): Promise<Part<DatabaseStatus[]>> {
  const [instances, lags] = await Promise.all([
    readPart(() => listInstances(aws, stage)),
    readPart(() => readLags(aws, stage.replicaIds)),
  ]);
  if (isUnknown(instances)) return instances;
  return instances.map((instance) => {
    const id = instance.DBInstanceIdentifier ?? '';
    const replica = isReplica(instance);
    // RDS tells -1 where replication does not run.
    const lag = replica && !isUnknown(lags) ? (lags.get(id) ?? null) : null;
    return {
      id,
      role: replica ? 'replica' : 'primary',
      engine: instance.Engine ?? 'unknown',
      version: instance.EngineVersion ?? 'unknown',
      class: instance.DBInstanceClass ?? 'unknown',
      status: instance.DBInstanceStatus ?? 'unknown',
      multiAz: instance.MultiAZ ?? false,
      lagSeconds: lag === null || lag < 0 ? null : lag,
    };
  });
}
