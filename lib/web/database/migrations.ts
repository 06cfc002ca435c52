// Brings the schema up to what this release needs; forward only, by one clone at a time, whoever comes first.
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Connection } from 'mysql2/promise';
import { openConnection, type Server } from './connection';

/** A schema change may take its time; the lock's wait must fit in. */
const statementTimeoutMilliseconds = 10 * 60_000;

/**
 * Applies what is missing, in the order of the names; returns what it applied. An old release finds migrations it does
 * not know and is content: during a roll both run, so a migration must suit the release before it.
 *
 * @param folder of `NNN-name.sql`
 * @param lockSeconds clones that start together wait for the first one this long, then fail and try again
 */
export async function migrate(primary: Server, folder: string, lockSeconds = 30): Promise<string[]> {
  // The files are ours, and hold several statements each.
  const connection = await openConnection(primary, { multipleStatements: true });
  const run = async (sql: string, values: string[] = []): Promise<unknown> =>
    (await connection.query({ sql, values, timeout: statementTimeoutMilliseconds }))[0];
  try {
    return await withLock(run, lockSeconds, async () => {
      await run(
        'CREATE TABLE IF NOT EXISTS migrations (name VARCHAR(100) PRIMARY KEY, applied_at DATETIME(3) NOT NULL)',
      );
      const applied = new Set(
        ((await run('SELECT name FROM migrations')) as { name: string }[]).map(({ name }) => name),
      );
      const missing = (await readdir(folder)).sort().filter((name) => !applied.has(name));
      for (const name of missing) {
        // Data definitions commit by themselves: when one fails halfway, the file runs again from its first statement.
        await run(await readFile(join(folder, name), 'utf8'));
        await run('INSERT INTO migrations VALUES (?, UTC_TIMESTAMP(3))', [name]);
      }
      return missing;
    });
  } finally {
    await close(connection);
  }
}

async function withLock<T>(
  run: (sql: string) => Promise<unknown>,
  lockSeconds: number,
  work: () => Promise<T>,
): Promise<T> {
  // Locks are the server's, names are ours: the database's name keeps two apps on one server apart.
  const lock = "LEFT(CONCAT('migrations.', DATABASE()), 64)";
  const [row] = (await run(`SELECT GET_LOCK(${lock}, ${lockSeconds}) AS taken`)) as { taken: number | null }[];
  if (row?.taken !== 1) throw new Error(`Another clone has been migrating for more than ${lockSeconds} s.`);
  try {
    return await work();
  } finally {
    // A lock goes with its connection, too: failing here must not hide why the work failed.
    await run(`DO RELEASE_LOCK(${lock})`).catch(() => undefined);
  }
}

async function close(connection: Connection): Promise<void> {
  await connection.end().catch(() => connection.destroy());
}
