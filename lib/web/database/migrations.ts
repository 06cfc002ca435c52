// Brings the schema up to what this release needs; forward only, by one clone at a time, whoever comes first.
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Connection } from 'mysql2/promise';
import { openConnection, type Server } from './connection';
import { isContract, listMigrations, verifyExpands } from './migration-files';

/** A schema change may take its time; the lock's wait must fit in. */
const statementTimeoutMilliseconds = 10 * 60_000;

/**
 * Applies what is missing and adds to the schema, in the order of the names; returns what it applied. What takes away waits:
 * see `contract`. An old release finds migrations it does not know and is content: during a roll both run.
 *
 * @param folder of `NNN-name.sql` and `NNN-name.contract.sql`
 * @param lockSeconds clones that start together wait for the first one this long, then fail and try again
 * @throws Error when a migration takes away without saying so by its name; nothing of it is applied then
 */
export async function migrate(primary: Server, folder: string, lockSeconds = 30): Promise<string[]> {
  return withMigrations(primary, { folder, lockSeconds }, async ({ run, findMissing, apply }) => {
    await run('CREATE TABLE IF NOT EXISTS migrations (name VARCHAR(100) PRIMARY KEY, applied_at DATETIME(3) NOT NULL)');
    await run(
      'CREATE TABLE IF NOT EXISTS running_releases (name VARCHAR(64) PRIMARY KEY, knows VARCHAR(100) NOT NULL, seen_at DATETIME(3) NOT NULL)',
    );
    const missing = (await findMissing()).filter((name) => !isContract(name));
    for (const name of missing) await apply(name);
    return missing;
  });
}

/** What a clone tells of the release it runs. */
export interface Knowledge {
  /** Digest of the release. */
  release: string;
  folder: string;
}

/** Tells that a clone of this release runs now, and which migrations that release was written with. */
export async function beat(primary: Server, { release, folder }: Knowledge): Promise<void> {
  const knows = (await listMigrations(folder)).at(-1) ?? '';
  const connection = await openConnection(primary);
  try {
    await connection.query({
      sql: 'REPLACE INTO running_releases VALUES (?, ?, UTC_TIMESTAMP(3))',
      values: [release, knows],
      timeout: 3_000,
    });
  } finally {
    await close(connection);
  }
}

export interface Contracted {
  applied: string[];
  /** The first that must wait, and the releases that it would break. */
  waiting?: { name: string; for: string[] };
}

/**
 * Applies migrations that take away, as soon as no release runs that was written without them.
 * @param seenSeconds a release that no clone has told of for this long does not run any more
 */
export async function contract(primary: Server, folder: string, seenSeconds: number): Promise<Contracted> {
  return withMigrations(primary, { folder, lockSeconds: 1 }, async ({ run, findMissing, apply }) => {
    const applied: string[] = [];
    for (const name of (await findMissing()).filter(isContract)) {
      const others = (await run(
        'SELECT name FROM running_releases WHERE knows < ? AND seen_at > UTC_TIMESTAMP(3) - INTERVAL ? SECOND',
        [name, seenSeconds],
      )) as { name: string }[];
      // In their order: what comes after it may build on it.
      if (others.length > 0) return { applied, waiting: { name, for: others.map((other) => other.name) } };
      await apply(name);
      applied.push(name);
    }
    return { applied };
  });
}

interface Migrations {
  run(sql: string, values?: (string | number)[]): Promise<unknown>;
  /** Names of those in the folder that were not applied. */
  findMissing(): Promise<string[]>;
  apply(name: string): Promise<void>;
}

async function withMigrations<T>(
  primary: Server,
  { folder, lockSeconds }: { folder: string; lockSeconds: number },
  work: (migrations: Migrations) => Promise<T>,
): Promise<T> {
  // The files are ours, and hold several statements each.
  const connection = await openConnection(primary, { multipleStatements: true });
  const run: Migrations['run'] = async (sql, values = []) =>
    (await connection.query({ sql, values, timeout: statementTimeoutMilliseconds }))[0];
  const findMissing = async (): Promise<string[]> => {
    const applied = new Set(((await run('SELECT name FROM migrations')) as { name: string }[]).map(({ name }) => name));
    return (await listMigrations(folder)).filter((name) => !applied.has(name));
  };
  const apply = async (name: string): Promise<void> => {
    const text = await readFile(join(folder, name), 'utf8');
    verifyExpands(name, text);
    // Data definitions commit by themselves: when one fails halfway, the file runs again from its first statement.
    await run(text);
    await run('INSERT INTO migrations VALUES (?, UTC_TIMESTAMP(3))', [name]);
  };
  try {
    return await withLock(run, lockSeconds, () => work({ run, findMissing, apply }));
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
