// A primary and a replica with the app's tables, and how the app connects to them: what the tests beside it share.
import { join } from 'node:path';
import { CompiledQuery } from 'kysely';
import type { Server } from '../../../lib/web/database/connection';
import { Database } from '../../../lib/web/database/database';
import { migrate } from '../../../lib/web/database/migrations';
import type { Statement } from '../../../lib/web/database/sql';
import type { Endpoint } from '../../../lib/web/env';
import type { Credentials, Secret } from '../../../lib/web/secrets';
import { type Flavour, type RealDatabase, startDatabase } from '../real-servers';

export const migrations = join(__dirname, '../../../lib/web/migrations');

/** How to halt replication, and let it go on: an administrator's words, not the app's. */
export const replication = {
  mysql: { halt: 'STOP REPLICA SQL_THREAD', resume: 'START REPLICA SQL_THREAD' },
  mariadb: { halt: 'STOP SLAVE SQL_THREAD', resume: 'START SLAVE SQL_THREAD' },
};

/** Of a table that only a test has. */
export const raw = <Row>(sql: string, values: unknown[] = []): Statement<Row> => ({
  compile: () => CompiledQuery.raw(sql, values) as CompiledQuery<Row>,
});

export const toEndpoint = (port: number): Endpoint => ({ host: '127.0.0.1', port });

export const toSecret = (credentials: Credentials): Secret =>
  ({ get: async () => credentials, renew: async () => credentials }) as unknown as Secret;

interface ConnectOptions {
  /** @default - the server's */
  primaryPort?: number;
  /** @default - the server's one */
  replicaPorts?: number[];
  /** @default 10 */
  poolSize?: number;
}

export interface Servers {
  server: RealDatabase;
  secret: Secret;
  primary: Server;
  /** What replicas were found to do wrong, by all that `connect` returned. */
  replicaFailures: string[];
  connect(options?: ConnectOptions): Promise<Database>;
  stop(): Promise<void>;
}

export async function startServers(flavour: Flavour): Promise<Servers> {
  const server = await startDatabase(flavour);
  const secret = toSecret({ username: server.username, password: server.password, dbname: server.database });
  const primary = { endpoint: toEndpoint(server.primaryPort), secret, tls: false };
  const replicaFailures: string[] = [];
  const opened: Database[] = [];
  await migrate(primary, migrations);
  return {
    server,
    secret,
    primary,
    replicaFailures,
    connect: async ({ primaryPort, replicaPorts, poolSize }: ConnectOptions = {}) => {
      const database = await Database.connect({
        primary: toEndpoint(primaryPort ?? server.primaryPort),
        replicas: (replicaPorts ?? [server.replicaPort]).map(toEndpoint),
        secret,
        tls: false,
        poolSize: poolSize ?? 10,
        onReplicaFailure: (_replica, error) => replicaFailures.push(String(error)),
      });
      opened.push(database);
      return database;
    },
    stop: async () => {
      await Promise.all(opened.map((database) => database.close()));
      await server.stop();
    },
  };
}
