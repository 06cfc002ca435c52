// Expand and contract on each flavour: what takes away waits for the releases that it would break, and says so.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openConnection } from '../../../lib/web/database/connection';
import { keepContracting } from '../../../lib/web/database/contracting';
import { verifyExpands } from '../../../lib/web/database/migration-files';
import { beat, contract, migrate } from '../../../lib/web/database/migrations';
import type { Secret } from '../../../lib/web/secrets';
import { flavours, type RealDatabase, startDatabase, untilTrue } from '../real-servers';

const expand = 'CREATE TABLE IF NOT EXISTS things (id INT PRIMARY KEY, old INT NULL)';
const takeAway = 'ALTER TABLE things DROP COLUMN old';

describe.each(flavours)('on %s', (flavour) => {
  let server: RealDatabase;
  let secret: Secret;
  const folders: string[] = [];
  const primary = () => ({ endpoint: { host: '127.0.0.1', port: server.primaryPort }, secret, tls: false });
  const folderOf = (files: Record<string, string>): string => {
    const folder = mkdtempSync(join(tmpdir(), 'clonekit-migrations-'));
    folders.push(folder);
    for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, name), text);
    return folder;
  };
  const older = () => folderOf({ '001-things.sql': expand });
  const newer = () => folderOf({ '001-things.sql': expand, '002-less.contract.sql': takeAway });
  const query = async (sql: string): Promise<unknown> => {
    const connection = await openConnection(primary());
    try {
      return (await connection.query(sql))[0];
    } finally {
      connection.destroy();
    }
  };
  const hasOld = async (): Promise<boolean> =>
    ((await query("SHOW COLUMNS FROM things LIKE 'old'")) as unknown[]).length === 1;

  beforeAll(async () => {
    server = await startDatabase(flavour);
    const credentials = { username: server.username, password: server.password, dbname: server.database };
    secret = { get: async () => credentials, renew: async () => credentials } as unknown as Secret;
  }, 60_000);
  beforeEach(async () => {
    await query('DROP TABLE IF EXISTS things, migrations, running_releases');
  });
  afterAll(async () => {
    await server?.stop();
    for (const folder of folders) rmSync(folder, { recursive: true });
  });

  test('a release that starts adds what is new, and takes nothing away', async () => {
    expect(await migrate(primary(), newer())).toEqual(['001-things.sql']);
    expect(await hasOld()).toBe(true);
  });

  test('while an older release runs, what would break it waits and names it; when it has gone, it is applied once', async () => {
    const [old, now] = [older(), newer()];
    await migrate(primary(), now);
    await beat(primary(), { release: 'old', folder: old });
    await beat(primary(), { release: 'new', folder: now });
    expect(await contract(primary(), now, 60)).toEqual({
      applied: [],
      waiting: { name: '002-less.contract.sql', for: ['old'] },
    });
    expect(await hasOld()).toBe(true);
    await query("UPDATE running_releases SET seen_at = UTC_TIMESTAMP(3) - INTERVAL 61 SECOND WHERE name = 'old'");
    expect(await contract(primary(), now, 60)).toEqual({ applied: ['002-less.contract.sql'] });
    expect(await hasOld()).toBe(false);
    expect(await contract(primary(), now, 60)).toEqual({ applied: [] });
  });

  test('clones of two releases settle it among themselves: gone as soon as the last old one is', async () => {
    const [old, now] = [older(), newer()];
    await migrate(primary(), now);
    const [endOld, endNew] = [new AbortController(), new AbortController()];
    const applied: string[] = [];
    const waited: string[] = [];
    const keep = (release: string, folder: string, { signal }: AbortController): Promise<void> =>
      keepContracting({
        ...{ primary: primary(), knowledge: { release, folder }, signal, beatSeconds: 0.3 },
        onContracted: (contracted) => {
          applied.push(...contracted.applied);
          if (contracted.waiting) waited.push(...contracted.waiting.for);
        },
        onFailure: (error) => {
          throw error;
        },
      });
    const [oldOne, newOne] = [keep('old', old, endOld), keep('new', now, endNew)];
    await untilTrue('the new one waits', async () => waited.length > 2);
    expect([applied, await hasOld()]).toEqual([[], true]);
    endOld.abort();
    await oldOne;
    await untilTrue('it is applied', async () => applied.length > 0);
    expect([applied, new Set(waited), await hasOld()]).toEqual([['002-less.contract.sql'], new Set(['old']), false]);
    endNew.abort();
    await newOne;
  }, 30_000);

  test('one that takes away without saying so is refused before anything of it is run', async () => {
    const folder = folderOf({ '001-things.sql': `${expand}; ${takeAway}` });
    await expect(migrate(primary(), folder)).rejects.toThrow(
      'Migration 001-things.sql must only add to the schema, got: DROP; add what is new now,',
    );
    expect(await query("SHOW TABLES LIKE 'things'")).toEqual([]);
  });
});

test.each([
  ['CREATE TABLE a (id INT); -- not: DROP TABLE a', undefined],
  ["INSERT INTO a VALUES ('please DROP it', 'it''s; RENAME')", undefined],
  ['ALTER TABLE a ADD COLUMN `change` INT /* MODIFY later */', undefined],
  ['ALTER TABLE a MODIFY b INT', 'MODIFY'],
  ['rename table a to b', 'RENAME'],
  ["CREATE TABLE a (b INT COMMENT 'x'); DELETE FROM c", 'DELETE'],
])('%s takes away: %s', (text, word) => {
  const verify = (): void => verifyExpands('001-a.sql', text);
  if (word) expect(verify).toThrow(`got: ${word};`);
  else expect(verify).not.toThrow();
  expect(() => verifyExpands('001-a.contract.sql', text)).not.toThrow();
});
