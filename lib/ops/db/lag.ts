// `clonekit db lag`: how far each replica is behind, and whether that is little enough.
import type { Aws } from '../aws';
import type { Stage } from '../stage';
import { isReplica, listInstances, readLags } from '../status/databases';

export interface ReplicaLag {
  readonly id: string;
  /** RDS's word, e.g. available. */
  readonly status: string;
  /** Null where replication does not run, or tells nothing. */
  readonly seconds: number | null;
}

/** Those that follow now; one that was promoted does not. @param since only what was measured then or later */
export async function readReplicaLags(aws: Aws, stage: Stage, since?: Date): Promise<ReplicaLag[]> {
  const replicas = (await listInstances(aws, stage)).filter(isReplica);
  const ids = replicas.map(({ DBInstanceIdentifier = '' }) => DBInstanceIdentifier);
  const lags = ids.length > 0 ? await readLags(aws, ids, since) : new Map<string, number | null>();
  return replicas.map(({ DBInstanceIdentifier: id = '', DBInstanceStatus = 'unknown' }) => {
    const seconds = lags.get(id) ?? null;
    return { id, status: DBInstanceStatus, seconds: seconds === null || seconds < 0 ? null : seconds };
  });
}

export const isWithin = ({ seconds }: ReplicaLag, mostSeconds: number): boolean =>
  seconds !== null && seconds <= mostSeconds;
