// MySQL 8.4 and 9: GTIDs of a session's own writes, and the wait for them on a replica.
import { type Dialect, lockWaitSeconds, positionWaitSeconds, statementTimeoutMilliseconds } from './dialect';

export const mysql: Dialect = {
  name: 'mysql',
  isVersion: (version) => !/mariadb/i.test(version),
  sessionSettings: `SET SESSION session_track_gtids = OWN_GTID, SESSION innodb_lock_wait_timeout = ${lockWaitSeconds}, SESSION max_execution_time = ${statementTimeoutMilliseconds}`,
  findPosition: (changes) => changes.gtids?.at(-1),
  async waitFor(query, position) {
    const { rows } = await query<{ late: number }>(
      `SELECT WAIT_FOR_EXECUTED_GTID_SET(?, ${positionWaitSeconds}) AS late`,
      [position],
    );
    return rows[0]?.late === 0;
  },
};
