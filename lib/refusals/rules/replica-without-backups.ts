// A read replica of a database that has no backups.
import { listSources } from '../databases';
import type { Refusal } from '../refusal';

const path = 'Properties.BackupRetentionPeriod';

export const replicaWithoutBackups: Refusal = {
  name: 'replica-without-backups',
  prevents: 'RDS refuses the replica: it starts from a backup',
  remedy: 'keep backups for a day or more',
  find: (view) =>
    listSources(view)
      // RDS keeps backups for a day where the template says nothing.
      .filter((source) => source.number(path) === 0)
      .map((at) => ({ at, path, must: 'must be at least 1 where read replicas copy from the instance', got: 0 })),
};
