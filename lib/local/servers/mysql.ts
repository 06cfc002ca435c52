// MySQL as a database of the fleet.
import { join } from 'node:path';
import type { Program } from '../programs/program';
import { type DatabaseFlavour, quote } from './database-flavour';

/** An unpacked MySQL looks for its files where it would have been installed, unless told. */
const where = ({ root }: Program): string[] =>
  root
    ? [
        `--basedir=${join(root, 'usr')}`,
        `--lc-messages-dir=${join(root, 'usr/share/mysql')}`,
        `--plugin-dir=${join(root, 'usr/lib/mysql/plugin')}`,
      ]
    : [];

export const mysql: DatabaseFlavour = {
  initialise: (program, folder) => ({
    command: [
      ...program.command,
      '--no-defaults',
      '--initialize-insecure',
      ...where(program),
      '--secure-file-priv=',
      `--datadir=${folder}`,
    ],
  }),
  arguments: (program) => [
    ...where(program),
    '--mysqlx=0',
    '--secure-file-priv=NULL',
    '--innodb-redo-log-capacity=64M',
  ],
  replication: ['--gtid-mode=ON', '--enforce-gtid-consistency=ON'],
  pair: [
    ...['--plugin-load-add=semisync_source.so', '--plugin-load-add=semisync_replica.so'],
    ...['--rpl-semi-sync-source-enabled=ON', '--rpl-semi-sync-replica-enabled=ON'],
    ...['--rpl-semi-sync-source-wait-point=AFTER_SYNC', '--rpl-semi-sync-source-wait-no-replica=OFF'],
    '--rpl-semi-sync-source-timeout=1000',
  ],
  without: {
    binlog_format: 'rows are the only format of current releases',
  },
  follow: ({ host, port, username, password, caFile }) => [
    `CHANGE REPLICATION SOURCE TO SOURCE_HOST=${quote(host)}, SOURCE_PORT=${port}, SOURCE_USER=${quote(username)}, ` +
      `SOURCE_PASSWORD=${quote(password)}, SOURCE_AUTO_POSITION=1, SOURCE_CONNECT_RETRY=1, SOURCE_HEARTBEAT_PERIOD=1, ` +
      // By itself it tries ten times and then follows nobody any more, even once its primary is back.
      'SOURCE_RETRY_COUNT=86400, ' +
      // In the clear a password is sent encrypted with the server's key, which must be asked for.
      (caFile
        ? `SOURCE_SSL=1, SOURCE_SSL_CA=${quote(caFile)}, SOURCE_SSL_VERIFY_SERVER_CERT=1`
        : 'GET_SOURCE_PUBLIC_KEY=1'),
    'START REPLICA',
  ],
  unfollow: ['STOP REPLICA', 'RESET REPLICA ALL'],
  takeWrites: ['SET GLOBAL super_read_only = OFF', 'SET GLOBAL read_only = OFF'],
  position: 'SELECT @@GLOBAL.gtid_executed',
  untilPosition: (position, seconds) => `SELECT WAIT_FOR_EXECUTED_GTID_SET(${quote(position)}, ${seconds})`,
  refuseWrites: 'SET GLOBAL super_read_only = ON',
  refuseWritesArgument: '--super-read-only=ON',
  replicaStatus: 'SHOW REPLICA STATUS',
  columns: {
    io: 'Replica_IO_Running',
    sql: 'Replica_SQL_Running',
    lag: 'Seconds_Behind_Source',
    received: 'Retrieved_Gtid_Set',
  },
};
