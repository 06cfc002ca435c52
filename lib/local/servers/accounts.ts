// The accounts of a database: the supervisor's, the replication's and the template's own.

import type { DatabasePlan } from '../plan/database';
import { quote } from './database-flavour';

/** What RDS grants its master user: everything but what could step out of the database or past a replica's refusal. */
const masterPrivileges =
  'SELECT, INSERT, UPDATE, DELETE, CREATE, DROP, RELOAD, PROCESS, REFERENCES, INDEX, ALTER, SHOW DATABASES, ' +
  'CREATE TEMPORARY TABLES, LOCK TABLES, EXECUTE, REPLICATION SLAVE, REPLICATION CLIENT, CREATE VIEW, SHOW VIEW, ' +
  'CREATE ROUTINE, ALTER ROUTINE, CREATE USER, EVENT, TRIGGER';

/** Who the supervisor is to a database: an account of its own beside the template's. */
export const overseer = 'clonekit_local';
/** Who a replica is to its primary. */
export const replicationUser = 'clonekit_replication';

export interface Accounts {
  readonly database: DatabasePlan;
  readonly databaseName: string;
  readonly master: Login;
  /** Users beside the first: each may do these things in the schema, and nothing elsewhere. */
  readonly users: readonly (Login & { readonly privileges: string })[];
}

export interface Login {
  readonly username: string;
  readonly password: string;
}

/** What a server runs once, before anybody can connect. */
export function toInitSql(accounts: Accounts, passwords: { overseer: string; replication: string }): string {
  const { master, users, databaseName, database } = accounts;
  // In a GRANT the name of a schema is a pattern.
  const schema = `\`${databaseName.replace(/[\\_%]/g, '\\$&')}\`.*`;
  const user = (name: string, password: string, grants: string, where = '*.*') =>
    `CREATE USER ${quote(name)}@'%' IDENTIFIED BY ${quote(password)};\nGRANT ${grants} ON ${where} TO ${quote(name)}@'%'`;
  return [
    // Accounts are each server's own: were they in the binary log, a replica would meet them a second time.
    'SET SESSION sql_log_bin = 0',
    `ALTER USER 'root'@'localhost' IDENTIFIED BY ${quote(passwords.overseer)}`,
    "DROP USER IF EXISTS 'root'@'127.0.0.1', 'root'@'::1'",
    `CREATE USER '${overseer}'@'127.0.0.1' IDENTIFIED BY ${quote(passwords.overseer)}`,
    `GRANT ALL ON *.* TO '${overseer}'@'127.0.0.1' WITH GRANT OPTION`,
    `${user(master.username, master.password, masterPrivileges)} WITH GRANT OPTION`,
    ...users.map(({ username, password, privileges }) => user(username, password, privileges, schema)),
    user(replicationUser, passwords.replication, 'REPLICATION SLAVE'),
    'SET SESSION sql_log_bin = 1',
    ...(database.role === 'primary' ? [`CREATE DATABASE IF NOT EXISTS \`${databaseName}\` CHARACTER SET utf8mb4`] : []),
    '',
  ].join(';\n');
}
