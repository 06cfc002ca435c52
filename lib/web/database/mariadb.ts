// MariaDB 10.11 and later: the last GTID comes as a tracked variable, and the wait has another name.
import { type Dialect, lockWaitSeconds, positionWaitSeconds, statementTimeoutMilliseconds } from './dialect';

export const mariadb: Dialect = {
  name: 'mariadb',
  isVersion: (version) => /mariadb/i.test(version),
  sessionSettings: `SET SESSION session_track_system_variables = 'last_gtid', SESSION innodb_lock_wait_timeout = ${lockWaitSeconds}, SESSION max_statement_time = ${statementTimeoutMilliseconds / 1_000}`,
  findPosition: (changes) => changes.systemVariables?.last_gtid || undefined,
  async waitFor(query, position) {
    const { rows } = await query<{ late: number }>(`SELECT MASTER_GTID_WAIT(?, ${positionWaitSeconds}) AS late`, [
      position,
    ]);
    return rows[0]?.late === 0;
  },
};
