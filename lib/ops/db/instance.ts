// One database server of a stage, and waiting until it is what it should be.
import { type DBInstance, DBInstanceNotFoundFault, DescribeDBInstancesCommand, RDSClient } from '@aws-sdk/client-rds';
import { OperatorError } from '../../config/operator-error';
import type { Aws } from '../aws';
import { poll } from '../poll';
import type { Stage } from '../stage';

/** @throws OperatorError when there is none, or it is none of the stage */
export async function getInstance(aws: Aws, { primaryId, replicaIds }: Stage, id: string): Promise<DBInstance> {
  const ids = [primaryId, ...replicaIds];
  if (!ids.includes(id)) {
    throw new OperatorError(`database: must be one of the stage, got: ${id}. They are: ${ids.join(', ')}`);
  }
  try {
    const question = new DescribeDBInstancesCommand({ DBInstanceIdentifier: id });
    const found = (await aws.of(RDSClient).send(question)).DBInstances?.[0];
    if (found) return found;
  } catch (error) {
    if (!(error instanceof DBInstanceNotFoundFault)) throw error;
  }
  throw new OperatorError(`database ${id}: must be there, got: none. Deploy the data stack again`);
}

export function verifyAvailable({ DBInstanceIdentifier, DBInstanceStatus }: DBInstance): void {
  if (DBInstanceStatus === 'available') return;
  throw new OperatorError(
    `database ${DBInstanceIdentifier}: must be available, got: ${DBInstanceStatus}. Wait for it; see: npx clonekit status`,
  );
}

export interface Waiting {
  readonly withinSeconds: number;
  readonly onLook?: (status: string, seconds: number) => void;
}

/** @param isDone what must hold besides that it is available */
export async function waitForInstance(
  aws: Aws,
  stage: Stage,
  id: string,
  isDone: (instance: DBInstance) => boolean | Promise<boolean>,
  { withinSeconds, onLook }: Waiting,
): Promise<DBInstance> {
  const { instance } = await poll(aws, {
    what: `database ${id}: must be available again`,
    ask: async () => {
      const instance = await getInstance(aws, stage, id);
      return { instance, done: instance.DBInstanceStatus === 'available' && (await isDone(instance)) };
    },
    isDone: ({ done }) => done,
    onLook: ({ instance }, seconds) => onLook?.(instance.DBInstanceStatus ?? 'unknown', seconds),
    withinSeconds,
    toText: ({ instance }) => instance.DBInstanceStatus ?? 'unknown',
  });
  return instance;
}
