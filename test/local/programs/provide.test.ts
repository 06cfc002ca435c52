// Where programs come from, in which order, and what is said when they cannot.
import { chmodSync, cpSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { provideProgram } from '../../../lib/local/programs/provide';
import { serversFolder } from '../../provide-servers';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'clonekit-programs-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

/** A program that does nothing but say what it is. */
const program = (name: string, version: string): string => {
  const file = join(folder, name);
  mkdirSync(folder, { recursive: true });
  writeFileSync(file, `#!/bin/sh\necho "${version}"\n`);
  chmodSync(file, 0o755);
  return file;
};
const provide = (
  role: Parameters<typeof provideProgram>[0],
  env: Record<string, string>,
  servers = join(folder, 's'),
) =>
  provideProgram(role, {
    project: folder,
    serversFolder: servers,
    env: { PATH: '/nowhere', ...env },
    systemFolders: [],
  });

const mysqlSays = 'mysqld  Ver 8.4.7 for Linux on x86_64 (MySQL Community Server - GPL)';
const mariadbSays = 'mariadbd  Ver 10.11.14-MariaDB-0+deb12u2 for debian-linux-gnu on x86_64 (Debian 12)';

describe('where a program comes from', () => {
  test('a path in the environment comes first', async () => {
    const path = program('other', 'Valkey server v=8.1.3 sha=0');
    program('valkey-server', 'Valkey server v=9.0.0 sha=0');
    expect(await provide('cache', { CLONEKIT_CACHE: path, PATH: folder })).toMatchObject({ path, version: '8.1.3' });
  });

  test('a path in .clonekit.json comes next', async () => {
    const path = program('other', 'HAProxy version 3.0.5-1 2026/01/01');
    writeFileSync(join(folder, '.clonekit.json'), JSON.stringify({ servers: { loadBalancer: path } }));
    expect(await provide('load balancer', {})).toMatchObject({ path, flavour: 'haproxy', version: '3.0.5' });
  });

  test('then the PATH of the machine, with no download', async () => {
    const path = program('redis-server', 'Redis server v=7.0.15 sha=00000000:0');
    expect(await provide('cache', { PATH: folder })).toMatchObject({ path, flavour: 'redis', command: [path] });
  });

  test('memcached has a role of its own: it cannot take the place of a cache that keeps what it is told', async () => {
    const path = program('memcached', 'memcached 1.6.18');
    expect(await provide('memcached', { PATH: folder })).toMatchObject({
      path,
      flavour: 'memcached',
      version: '1.6.18',
    });
    expect(await provide('memcached', { CLONEKIT_MEMCACHED: path })).toMatchObject({ path });
    await expect(provide('cache', { CLONEKIT_CACHE: path })).rejects.toThrow(
      `CLONEKIT_CACHE: must be a working valkey or redis program, got: ${path}`,
    );
  });

  test('then what was unpacked before', async () => {
    const found = await provide('cache', {}, serversFolder);
    expect(found).toMatchObject({ flavour: 'valkey', root: join(serversFolder, 'valkey') });
    expect(found.command[0]).toMatch(/ld-linux/);
  });
});

describe('what a program is, it says itself', () => {
  test.each([
    ['mysqld', mysqlSays, 'mysql', '8.4.7'],
    ['mysqld', '/x/usr/sbin/mysqld  Ver 9.7.4-2 for Linux on x86_64 ((Debian))', 'mysql', '9.7.4'],
    ['mysqld', mariadbSays, 'mariadb', '10.11.14'],
    ['mariadbd', mariadbSays, 'mariadb', '10.11.14'],
  ])('%s that says "%s" is %s', async (name, says, flavour, version) => {
    program(name, says);
    expect(await provide('database', { PATH: folder })).toMatchObject({ flavour, version });
  });

  test('MySQL is preferred where both are', async () => {
    program('mysqld', mysqlSays);
    program('mariadbd', mariadbSays);
    expect(await provide('database', { PATH: folder })).toMatchObject({ flavour: 'mysql' });
    expect(await provide('database', { PATH: folder, CLONEKIT_DATABASE: 'mariadb' })).toMatchObject({
      flavour: 'mariadb',
    });
  });
});

describe('what cannot be is told with its remedy', () => {
  test('a flavour of another role', async () => {
    await expect(provide('cache', { CLONEKIT_CACHE: 'mysql' })).rejects.toThrow(
      'CLONEKIT_CACHE: must be the path of a program or valkey or redis, got: mysql',
    );
  });

  test('a program of another role', async () => {
    const path = program('mysqld', mysqlSays);
    await expect(provide('cache', { CLONEKIT_CACHE: path })).rejects.toThrow(
      `CLONEKIT_CACHE: must be a working valkey or redis program, got: ${path} (it does not answer --version as one)`,
    );
  });

  test('a file of config that is not JSON', async () => {
    writeFileSync(join(folder, '.clonekit.json'), '{');
    await expect(provide('cache', {})).rejects.toThrow(/^\.clonekit\.json: must be JSON, got: /);
  });
});

test('an unpacked program that was damaged is unpacked again from what was downloaded', async () => {
  const servers = join(folder, 'kept');
  // What was downloaded before serves here too.
  cpSync(join(serversFolder, 'apt'), join(servers, 'apt'), { recursive: true });
  const first = await provide('load balancer', { PATH: process.env.PATH ?? '' }, servers);
  expect(first.root).toBe(join(servers, 'haproxy'));
  writeFileSync(first.path, 'damaged');
  const again = await provide('load balancer', { PATH: process.env.PATH ?? '' }, servers);
  expect(again).toEqual(first);
}, 120_000);

test('where there is no apt, one sentence gives the package command of the system', async () => {
  const options = { project: folder, serversFolder: join(folder, 's'), env: { PATH: '/nowhere' }, systemFolders: [] };
  await expect(provideProgram('database', { ...options, usesApt: false })).rejects.toThrow(
    /^servers: no database program is on the PATH and this system has no apt to fetch one\. Install it with: (brew install mysql|sudo dnf install mysql-server) \(or name one with CLONEKIT_DATABASE=\/path\)$/,
  );
});

test('a download that was interrupted is taken up again, and leaves nothing half done', async () => {
  const servers = join(folder, 'servers');
  const stop = new AbortController();
  const options = { project: folder, serversFolder: servers, env: { PATH: '/nowhere' }, systemFolders: [] };
  const interrupted = provideProgram('load balancer', {
    ...options,
    stop: stop.signal,
    onProgress: (text) => void (/^(downloading|unpacking) /.test(text) && stop.abort()),
  });
  await expect(interrupted).rejects.toThrow();
  expect(readdirSync(servers)).toEqual(['apt']);
  expect(await provideProgram('load balancer', options)).toMatchObject({ flavour: 'haproxy' });
  expect(readdirSync(servers).sort()).toEqual(['apt', 'haproxy']);
}, 120_000);
