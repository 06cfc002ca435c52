// `clonekit status`: one view of a stage, asked of AWS's own API.
import type { StageName } from '../config/names';
import type { Aws } from './aws';
import { type Part, readPart, type Unknown } from './part';
import { getStage } from './stage';
import { type AlarmsStatus, readAlarms } from './status/alarms';
import { type CacheStatus, readCaches } from './status/caches';
import { type CloneStatus, type GroupStatus, readClones } from './status/clones';
import { type DatabaseStatus, readDatabases } from './status/databases';
import { type RefreshStatus, readRefresh } from './status/refresh';

/** A part that may not be read is `{unknown: why}`; the others still show. */
export interface StageStatus {
  readonly stage: StageName;
  readonly url: string;
  /** Digest of the release the stack was deployed with. */
  readonly release: string;
  readonly group: Part<GroupStatus>;
  readonly clones: Part<readonly CloneStatus[]>;
  /** Why releases and ages of clones are not known; null where they are. */
  readonly instances: Unknown | null;
  /** The last roll; null where there was none. */
  readonly refresh: Part<RefreshStatus | null>;
  readonly caches: Part<readonly CacheStatus[]>;
  readonly database: Part<readonly DatabaseStatus[]>;
  readonly alarms: Part<AlarmsStatus>;
}

export async function getStatus(aws: Aws): Promise<StageStatus> {
  const stage = await getStage(aws);
  const [clones, refresh, caches, database, alarms] = await Promise.all([
    readClones(aws, stage),
    readPart(() => readRefresh(aws, stage)),
    readCaches(aws, stage),
    readDatabases(aws, stage),
    readPart(() => readAlarms(aws)),
  ]);
  return { stage: stage.name, url: stage.url, release: stage.release, ...clones, refresh, caches, database, alarms };
}
