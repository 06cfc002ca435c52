// Gives a MySQL user a new password: the first user itself, or two app users in turn, made by the first if need be.
import { ResourceNotFoundException } from '@aws-sdk/client-secrets-manager';
import { type Connection, createConnection, escapeId, type RowDataPacket } from 'mysql2/promise';
import { cloneEnv, rotationEnv } from '../config/names';
import { type Login, RotationError, readLogin, type Strategy, toHandler, toSecretsManager } from './rotation';

/** MySQL's own limit. */
const maxNameLength = 32;
const ending = '_clone';

/**
 * Two users take turns: while one gets its new password, the other, whom the app uses, keeps its own. So a clone that
 * still has the secret as it was before logs in as well as one that has read it anew.
 */
const alternating: Strategy = {
  toUsername: (current) => {
    const next = current.endsWith(ending) ? current.slice(0, -ending.length) : `${current}${ending}`;
    if (next.length <= maxNameLength) return next;
    throw new RotationError(`user name must leave room for ${ending} in ${maxNameLength} characters, got: ${current}`);
  },
  set: async (_, pending) => {
    await asFirstUser(pending, async (connection, first) => {
      const user = `${connection.escape(pending.username)}@'%'`;
      const login = `${user} IDENTIFIED BY ${connection.escape(pending.password)} REQUIRE ${isTls() ? 'SSL' : 'NONE'}`;
      await connection.query(`CREATE USER IF NOT EXISTS ${login}`);
      await connection.query(`ALTER USER ${login}`);
      await grantExactly(connection, user, pending.dbname ?? first.dbname);
    });
  },
  test: async (pending) => verifyAccepted({ ...(await readFirstUser(pending)), ...pending }),
};

/** The first user replaces its own password; nobody else could. */
const single: Strategy = {
  toUsername: (current) => current,
  set: async (current, pending) => {
    const replace = async (connection: Connection) => {
      // Asked for, since MariaDB takes `ALTER USER CURRENT_USER()` and alters nobody.
      const [[row]] = await connection.query<RowDataPacket[]>('SELECT CURRENT_USER() AS account');
      const [, user, host] = /^(.*)@(.*)$/.exec(row?.account) ?? [];
      const account = `${connection.escape(user)}@${connection.escape(host)}`;
      await connection.query(`ALTER USER ${account} IDENTIFIED BY ${connection.escape(pending.password)}`);
    };
    try {
      await onServer(current, replace);
    } catch (error) {
      if (!isAccessDenied(error)) throw error;
      // Replaced already, by a run that did not come to its end.
      await verifyAccepted(pending);
    }
  },
  test: (pending) => verifyAccepted(pending),
};

const strategies = { alternating, single };

/** What Lambda runs. */
export const handler = toHandler(() => strategies[process.env[rotationEnv.firstUserSecret] ? 'alternating' : 'single']);

const isTls = (): boolean => process.env[cloneEnv.tls] !== 'off';

const isAccessDenied = (error: unknown): boolean => (error as { errno?: number }).errno === 1045;

/** While the first user's own password is replaced, the server has the new one and the secret may not say so yet. */
const firstUserStages = ['AWSCURRENT', 'AWSPENDING', 'AWSCURRENT'];

async function asFirstUser(
  pending: Login,
  work: (connection: Connection, first: Login) => Promise<void>,
): Promise<void> {
  let refusal: unknown;
  for (const stage of firstUserStages) {
    try {
      const first = await readFirstUser(pending, stage);
      // Never where the app's secret says: the first user's password goes to the first user's host only.
      return await onServer({ ...first, dbname: undefined }, (connection) => work(connection, first));
    } catch (error) {
      if (!isAccessDenied(error) && !(error instanceof ResourceNotFoundException)) throw error;
      refusal ??= error;
    }
  }
  throw refusal;
}

async function readFirstUser(pending: Login, VersionStage = 'AWSCURRENT'): Promise<Login> {
  const client = toSecretsManager();
  try {
    const first = await readLogin(client, process.env[rotationEnv.firstUserSecret] as string, { VersionStage });
    if (pending.host === undefined || pending.host === first.host) return first;
    throw new RotationError('the user must be of the same server as the first user');
  } finally {
    client.destroy();
  }
}

async function verifyAccepted(login: Login): Promise<void> {
  await onServer(login, (connection) => connection.query('SELECT 1'));
}

/** Lends a connection to `work`. Statements are written out: MySQL prepares none of those that are about users. */
async function onServer<T>(login: Login, work: (connection: Connection) => Promise<T>): Promise<T> {
  if (!login.host) throw new RotationError('the secret must say `host`, or the first user’s must');
  const connection = await createConnection({
    host: login.host,
    port: Number(login.port ?? 3306),
    user: login.username,
    password: login.password,
    database: login.dbname,
    connectTimeout: 5000,
    // A server must not be able to ask for the function's files.
    flags: ['-LOCAL_FILES'],
    // The CA of RDS comes with Lambda: NODE_EXTRA_CA_CERTS names it. The driver checks the host name only when told to.
    ssl: isTls() ? { minVersion: 'TLSv1.2', rejectUnauthorized: true, verifyIdentity: true } : undefined,
  });
  try {
    return await work(connection);
  } finally {
    connection.destroy();
  }
}

/** Privileges that a user has and nobody asked for are taken away: the template says what it may, also when it changes. */
async function grantExactly(connection: Connection, user: string, schema: string | undefined): Promise<void> {
  const privileges = process.env[rotationEnv.privileges] ?? '';
  if (!schema) throw new RotationError('the secret must say `dbname`, or the first user’s must');
  if (!/^[A-Z]+( [A-Z]+)*(, [A-Z]+( [A-Z]+)*)*$/.test(privileges)) {
    throw new RotationError(
      `${rotationEnv.privileges} must be as in GRANT, e.g. \`SELECT, INSERT\`, got: ${privileges}`,
    );
  }
  // In a GRANT the name of a schema is a pattern.
  const where = `${escapeId(schema.replace(/[\\_%]/g, '\\$&'), true)}.*`;
  const [rows] = await connection.query<RowDataPacket[]>(`SHOW GRANTS FOR ${user}`);
  const granted = rows
    .map((row) => String(Object.values(row)[0]))
    .filter((line) => !line.startsWith('GRANT USAGE ON '));
  const isWanted = (line: string): boolean => {
    const [, list = '', place] = /^GRANT (.+) ON (.+) TO \S+$/.exec(line) ?? [];
    return place === where && toSorted(list) === toSorted(privileges);
  };
  if (granted.length > 0 && !granted.every(isWanted)) {
    await connection.query(`REVOKE ALL PRIVILEGES, GRANT OPTION FROM ${user}`);
  }
  await connection.query(`GRANT ${privileges} ON ${where} TO ${user}`);
}

const toSorted = (privileges: string): string => privileges.split(', ').sort().join();
