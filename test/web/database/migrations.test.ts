// The schema on real servers: brought up to date once, by one clone, and never while a running release would break.
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openConnection } from '../../../lib/web/database/connection';
import { migrate } from '../../../lib/web/database/migrations';
import { flavours } from '../real-servers';
import { migrations, type Servers, startServers, toSecret } from './servers';

describe.each(flavours)('on %s', (flavour) => {
  let servers: Servers;

  beforeAll(async () => {
    servers = await startServers(flavour);
  });

  afterAll(async () => {
    await servers?.stop();
  });

  test('five clones that migrate at once apply every migration once', async () => {
    await servers.server.administer('primary', `CREATE DATABASE IF NOT EXISTS ${servers.server.database}_five`);
    await servers.server.administer(
      'primary',
      `GRANT ALL ON ${servers.server.database}_five.* TO '${servers.server.username}'@'%'`,
    );
    const five = toSecret({ ...(await servers.secret.get()), dbname: `${servers.server.database}_five` });
    const applied = await Promise.all(
      Array.from({ length: 5 }, () => migrate({ ...servers.primary, secret: five }, migrations)),
    );
    expect(applied.flat()).toEqual(readdirSync(migrations).sort());
    expect(await migrate({ ...servers.primary, secret: five }, migrations)).toEqual([]);
  });

  test('a clone that waited too long for another one’s migration does not migrate beside it', async () => {
    const other = await openConnection(servers.primary);
    await other.query("SELECT GET_LOCK(CONCAT('migrations.', DATABASE()), 0)");
    await expect(migrate(servers.primary, migrations, 1)).rejects.toThrow(
      'Another clone has been migrating for more than 1 s.',
    );
    other.destroy();
    expect(await migrate(servers.primary, migrations)).toEqual([]);
  });

  test('a migration that fails says so, is not recorded, leaves the lock, and applies when it is mended', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'clonekit-migrations-'));
    try {
      writeFileSync(join(folder, '002-broken.sql'), 'CREATE TABLE IF NOT EXISTS half (id INT); CREATE TABLE broken (');
      await expect(migrate(servers.primary, folder)).rejects.toThrow(/syntax/);
      writeFileSync(
        join(folder, '002-broken.sql'),
        'CREATE TABLE IF NOT EXISTS half (id INT); CREATE TABLE broken (id INT)',
      );
      expect(await migrate(servers.primary, folder)).toEqual(['002-broken.sql']);
    } finally {
      rmSync(folder, { recursive: true });
    }
  });
});
