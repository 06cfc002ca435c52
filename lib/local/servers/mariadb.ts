// MariaDB as a database of the fleet, where real MySQL is not to be had.
import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { OperatorError } from '../../config/operator-error';
import type { Program } from '../programs/program';
import { type DatabaseFlavour, quote } from './database-flavour';

const systemTables = ['mysql_system_tables.sql', 'mysql_performance_tables.sql', 'mysql_system_tables_data.sql'];

const findShare = ({ root, path }: Program): string | undefined =>
  [
    join(root ?? '', 'usr/share/mysql'),
    join(dirname(path), '../share/mysql'),
    join(dirname(path), '../share/mariadb'),
  ].find((folder) => existsSync(join(folder, systemTables[0] as string)));

const where = (program: Program): string[] => {
  const share = findShare(program);
  if (!share) {
    throw new OperatorError(`database: MariaDB must have its system tables beside it, got: none near ${program.path}`);
  }
  return program.root
    ? [`--basedir=${join(program.root, 'usr')}`, `--lc-messages-dir=${share}`, `--character-sets-dir=${share}/charsets`]
    : [];
};

export const mariadb: DatabaseFlavour = {
  // What its install script does, without the script: it expects an installed MariaDB and a perl.
  initialise: (program, folder) => ({
    command: [
      ...program.command,
      '--no-defaults',
      '--bootstrap',
      ...where(program),
      `--datadir=${folder}`,
      '--log-warnings=0',
      '--enforce-storage-engine=',
      '--max-allowed-packet=8M',
      '--net-buffer-length=16K',
    ],
    stdin: [
      'create database mysql;\nuse mysql;\n',
      // The scripts give the first accounts to whoever installs; here it is root alone, as MySQL has it.
      "SET @auth_root_socket=NULL;\nSET @current_hostname='localhost';\n",
      ...systemTables.map((name) => readFileSync(join(findShare(program) as string, name), 'utf8')),
    ].join('\n'),
  }),
  arguments: (program) => [
    ...where(program),
    '--secure-file-priv=',
    '--innodb-log-file-size=64M',
    '--skip-name-resolve',
  ],
  replication: ['--gtid-strict-mode=ON', '--binlog-format=ROW', '--session-track-system-variables=last_gtid'],
  pair: [
    ...['--rpl-semi-sync-master-enabled=ON', '--rpl-semi-sync-slave-enabled=ON'],
    ...['--rpl-semi-sync-master-wait-point=AFTER_SYNC', '--rpl-semi-sync-master-wait-no-slave=OFF'],
    '--rpl-semi-sync-master-timeout=1000',
  ],
  without: {
    gtid_mode: 'GTIDs are always on',
    'gtid-mode': 'GTIDs are always on',
    enforce_gtid_consistency: 'GTIDs are always on',
    session_track_gtids: 'it reports last_gtid as a system variable',
    binlog_format: 'given above',
  },
  follow: ({ host, port, username, password, caFile }) => [
    // One that was a primary goes on after what it has; of one that is new it is nothing.
    'SET GLOBAL gtid_slave_pos = @@GLOBAL.gtid_current_pos',
    `CHANGE MASTER TO MASTER_HOST=${quote(host)}, MASTER_PORT=${port}, MASTER_USER=${quote(username)}, ` +
      `MASTER_PASSWORD=${quote(password)}, MASTER_USE_GTID=slave_pos, MASTER_CONNECT_RETRY=1` +
      (caFile ? `, MASTER_SSL=1, MASTER_SSL_CA=${quote(caFile)}, MASTER_SSL_VERIFY_SERVER_CERT=1` : ''),
    'START SLAVE',
  ],
  unfollow: ['STOP SLAVE', 'RESET SLAVE ALL'],
  takeWrites: ['SET GLOBAL read_only = OFF'],
  position: 'SELECT @@GLOBAL.gtid_current_pos',
  untilPosition: (position, seconds) => `SELECT MASTER_GTID_WAIT(${quote(position)}, ${seconds})`,
  refuseWrites: 'SET GLOBAL read_only = ON',
  refuseWritesArgument: '--read-only=ON',
  replicaStatus: 'SHOW SLAVE STATUS',
  columns: {
    io: 'Slave_IO_Running',
    sql: 'Slave_SQL_Running',
    lag: 'Seconds_Behind_Master',
    received: 'Gtid_IO_Pos',
  },
};
