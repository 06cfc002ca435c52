// How every connection to the database is set up, by pools and by migrations alike.
import { type Connection, type ConnectionOptions, createConnection } from 'mysql2/promise';
import type { Endpoint } from '../env';
import type { Credentials, Secret } from '../secrets';

/** One server, and how to be let in. */
export interface Server {
  endpoint: Endpoint;
  secret: Secret;
  tls: boolean;
}

export const toConnectionOptions = ({ endpoint, tls }: Server, credentials: Credentials): ConnectionOptions => ({
  host: endpoint.host,
  port: endpoint.port,
  user: credentials.username,
  password: credentials.password,
  database: credentials.dbname,
  charset: 'utf8mb4',
  timezone: 'Z',
  connectTimeout: 3_000,
  enableKeepAlive: true,
  keepAliveInitialDelay: 10_000,
  multipleStatements: false,
  // A server must not be able to ask for the clone's files.
  flags: ['-LOCAL_FILES'],
  // The driver checks the host name only when told to, even with a CA. The CA: Node's own, and NODE_EXTRA_CA_CERTS.
  ssl: tls ? { minVersion: 'TLSv1.2', rejectUnauthorized: true, verifyIdentity: true } : undefined,
});

export const isAccessDenied = (error: unknown): boolean => (error as { errno?: number }).errno === 1045;

/** A single connection; when the credentials are refused they are read anew, and tried once more. */
export async function openConnection(server: Server, extra: ConnectionOptions = {}): Promise<Connection> {
  const connect = (credentials: Credentials): Promise<Connection> =>
    createConnection({ ...toConnectionOptions(server, credentials), ...extra });
  try {
    return await connect(await server.secret.get());
  } catch (error) {
    if (!isAccessDenied(error)) throw error;
    return connect(await server.secret.renew());
  }
}
