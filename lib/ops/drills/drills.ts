// Every drill there is.
import { OperatorError } from '../../config/operator-error';
import { badRelease } from './bad-release';
import { cacheFailover } from './cache-failover';
import { cloneFreeze } from './clone-freeze';
import { cloneKill } from './clone-kill';
import { dbFailover } from './db-failover';
import type { Drill } from './drill';
import { replicaLag } from './replica-lag';
import { zoneLoss } from './zone-loss';

export const drills: readonly Drill[] = [
  ...[cloneKill, cloneFreeze, zoneLoss, cacheFailover, dbFailover, replicaLag, badRelease],
];

export function getDrill(wanted: string): Drill {
  const found = drills.find(({ name }) => name === wanted);
  if (found) return found;
  throw new OperatorError(`drill: must be one of ${drills.map(({ name }) => name).join(', ')}, got: ${wanted}`);
}
