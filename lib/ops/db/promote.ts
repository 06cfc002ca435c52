// `clonekit db promote`: a replica becomes a primary of its own, for good.
import { PromoteReadReplicaCommand, RDSClient } from '@aws-sdk/client-rds';
import { OperatorError } from '../../config/operator-error';
import type { Aws } from '../aws';
import type { Stage } from '../stage';
import { isReplica } from '../status/databases';
import { getInstance, verifyAvailable, type Waiting, waitForInstance } from './instance';
import { readReplicaLags } from './lag';

/** A replica that is further behind would lose writes that somebody was told are done. */
const mostLagSeconds = 1;

export interface Promotion {
  readonly id: string;
  readonly source: string;
  readonly lagSeconds: number | null;
}

/**
 * @param lossy also one that is behind, or whose primary is gone so that nobody knows how far
 * @throws OperatorError when it is no replica, is busy, or is behind
 */
export async function planPromotion(aws: Aws, stage: Stage, id: string, lossy: boolean): Promise<Promotion> {
  const instance = await getInstance(aws, stage, id);
  if (!isReplica(instance)) {
    throw new OperatorError(
      `database ${id}: must be a replica, got: a primary. Name one of: ${stage.replicaIds.join(', ') || 'none'}`,
    );
  }
  verifyAvailable(instance);
  const lag = (await readReplicaLags(aws, stage)).find((replica) => replica.id === id)?.seconds ?? null;
  if (!lossy && (lag === null || lag > mostLagSeconds)) {
    const got = lag === null ? 'replication that tells no lag' : `${lag} s behind`;
    throw new OperatorError(
      `database ${id}: must be at most ${mostLagSeconds} s behind, got: ${got}. Wait, or say --lossy to lose what it has not got`,
    );
  }
  return { id, source: instance.ReadReplicaSourceDBInstanceIdentifier ?? '', lagSeconds: lag };
}

export async function promote(aws: Aws, stage: Stage, { id }: Promotion, waiting: Waiting): Promise<void> {
  await aws.of(RDSClient).send(new PromoteReadReplicaCommand({ DBInstanceIdentifier: id }));
  await waitForInstance(aws, stage, id, (instance) => !isReplica(instance), waiting);
}
