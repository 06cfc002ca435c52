// What a database program is started with: where it lies and listens, the parameters of the template, and replication.
import { join } from 'node:path';
import type { DatabasePlan } from '../plan/database';
import type { Program } from '../programs/program';
import type { ServerTls } from '../tls/authority';
import { getFlavour } from './database-flavours';

export interface DatabaseArguments {
  readonly program: Program;
  readonly database: DatabasePlan;
  readonly data: string;
  readonly socketFolder: string;
  readonly port: number;
  readonly serverId: number;
  readonly tls?: ServerTls;
}

export function toArguments(options: DatabaseArguments): string[] {
  const { program, data, port, serverId, database, socketFolder, tls } = options;
  const flavour = getFlavour(program);
  const parameters = Object.entries(database.parameters)
    .filter(([name, value]) => !(name in flavour.without) && !value.includes('{'))
    .map(([name, value]) => `--${name.replaceAll('_', '-')}=${value}`);
  return [
    '--no-defaults',
    ...(process.getuid?.() === 0 ? ['--user=root'] : []),
    ...flavour.arguments(program),
    ...[`--datadir=${data}`, `--port=${port}`, '--bind-address=127.0.0.1'],
    ...[`--socket=${join(socketFolder, `db${serverId}.sock`)}`, `--pid-file=${join(data, 'server.pid')}`],
    ...[`--server-id=${serverId}`, '--log-bin=binlog', '--log-replica-updates=ON'],
    '--innodb-buffer-pool-size=64M',
    ...(tls ? [`--ssl-ca=${tls.caFile}`, `--ssl-cert=${tls.certificateFile}`, `--ssl-key=${tls.keyFile}`] : []),
    ...parameters,
    ...flavour.replication,
    ...(database.multiAz ? flavour.pair : []),
  ].map((argument) => (program.flavour === 'mariadb' ? argument.replace('log-replica', 'log-slave') : argument));
}
