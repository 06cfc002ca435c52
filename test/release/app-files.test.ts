// Files that cannot be a team's part of a release are refused by name.
import { symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { readAppFiles } from '../../lib/release/app-files';
import { readContent } from '../../lib/release/content';
import { tryApp } from '../../lib/release/trial';
import { expectRefused } from './expect-refused';
import { TinyApps, tinyServer } from './tiny-app';

const apps = new TinyApps();
afterAll(() => apps.remove());

let count = 0;
const name = (): string => `app-${++count}`;

describe('files', () => {
  test('an entry that is not there', async () => {
    await expectRefused(
      apps.make(name(), { entry: 'index.js' }),
      'clonekit.release.entry must be a file in ',
      'got: index.js; ',
    );
  });

  test.each([true, false])('an entry that is a link out of the folder, bundled: %s', async (bundle) => {
    const folder = apps.make(name(), { entry: 'linked.cjs', bundle });
    writeFileSync(join(apps.root, 'outside.cjs'), tinyServer);
    symlinkSync('../outside.cjs', join(folder, 'linked.cjs'));
    await expectRefused(folder, 'linked.cjs must be a file or folder in ', 'got: a link that leads out of it; ');
  });

  test('a carried folder with a link out of the folder in it', async () => {
    const folder = apps.make(name(), { carry: { views: 'views' } }, { 'views/home.html': '<p>' });
    symlinkSync('/etc/hostname', join(folder, 'views/host'));
    await expectRefused(folder, 'views/host must be a file or folder in ', 'got: a link that leads out of it; ');
  });

  test('a folder above, to carry', async () => {
    await expectRefused(
      apps.make(name(), { carry: { all: '..' } }),
      '.. must be a file or folder in ',
      'a link that leads out of it',
    );
  });

  test('a link to nothing', async () => {
    const folder = apps.make(name(), { carry: { views: 'views' } }, { 'views/home.html': '<p>' });
    symlinkSync('gone', join(folder, 'views/link'));
    await expectRefused(folder, 'views/link must be a file or folder in ', 'got: nothing there; ');
  });

  test('a link to a folder that it is in', async () => {
    const folder = apps.make(name(), { bundle: false }, { 'views/home.html': '<p>' });
    symlinkSync('..', join(folder, 'views/up'));
    await expectRefused(folder, 'views/up must be a file or folder in ', 'got: a link to a folder that it is in; ');
  });

  test('a link within the folder is followed', async () => {
    const folder = apps.make(name(), { carry: { views: 'views' } }, { 'views/a': 'text' });
    symlinkSync('a', join(folder, 'views/b'));
    const { files } = await readAppFiles(folder);
    expect(Buffer.from(files.get('views/b') as Uint8Array).toString()).toBe('text');
  });

  test('what editors and tools leave beside them is not carried', async () => {
    const left = { 'views/a': '', 'views/a~': '', 'views/.a.swp': '', 'views/.git/config': '' };
    const { files } = await readAppFiles(apps.make(name(), { carry: { views: 'views' } }, left));
    expect([...files.keys()].sort()).toEqual(['server.cjs', 'views/a']);
  });

  test('two files for one place', async () => {
    await expectRefused(apps.make(name(), { carry: { 'server.cjs': 'package.json' } }), 'got: server.cjs twice, ');
  });

  test('a name that a list of sums cannot hold', async () => {
    const folder = apps.make(name(), { bundle: false }, { 'a\nb': '' });
    await expectRefused(folder, 'got: "app/a\\nb"; rename it');
  });
});

describe('a bundle', () => {
  test('whose import is not there: which, and where it is imported', async () => {
    const folder = apps.make(name(), {}, { 'server.cjs': "\nrequire('left-pad');" });
    await expectRefused(
      folder,
      'server.cjs must become one file with all it imports; got: Could not resolve "left-pad" (server.cjs:2); ',
    );
  });

  test('whose syntax is wrong', async () => {
    await expectRefused(
      apps.make(name(), {}, { 'server.cjs': 'const = 1' }),
      'got: Expected identifier but found "=" (server.cjs:1); ',
    );
  });

  const addon = { 'server.cjs': "require('./build/fast.node')", 'build/fast.node': '' };
  test('of a native addon', async () => {
    await expectRefused(
      apps.make(name(), {}, addon),
      "a native addon (server.cjs:1), which Node's permission model does not load",
    );
  });

  test('or a folder as it is, with a native addon', async () => {
    await expectRefused(apps.make(name(), { bundle: false }, addon), 'loads no native addon; got: build/fast.node in ');
  });

  test('of an ES module knows where it is', async () => {
    const server = `import { createRequire } from 'node:module';
      createRequire(import.meta.url)('node:fs').readFileSync(new URL(import.meta.url));
      import.meta.dirname.length;
      ${tinyServer.replaceAll('__dirname', 'import.meta.dirname').replaceAll('require(', 'createRequire(import.meta.url)(')}`;
    const folder = apps.make(name(), { entry: 'server.mjs' }, { 'server.mjs': server });
    expect(await tryApp(await readContent(folder, 'x86_64'))).toBeGreaterThan(0);
  });

  test('loads a library apart from a file beside it', async () => {
    const server = `module.exports = async () => import('@a/late');${tinyServer}`;
    const library = {
      'node_modules/@a/late/package.json': '{"name":"@a/late","version":"1.0.0","main":"i.js"}',
      'node_modules/@a/late/i.js': 'exports.a = 1',
    };
    const { files } = await readAppFiles(
      apps.make(name(), { apart: ['@a/late'] }, { 'server.cjs': server, ...library }),
    );
    expect([...files.keys()].sort()).toEqual(['@a+late.cjs', 'server.cjs']);
    expect(Buffer.from(files.get('server.cjs') as Uint8Array).toString()).toContain('"./@a+late.cjs"');
  });

  test('loads a library apart that another one uses from the same file', async () => {
    const libraries = {
      'node_modules/late/package.json': '{"name":"late","version":"1.0.0","main":"i.js"}',
      'node_modules/late/i.js': 'exports.a = "only once"',
      'node_modules/later/package.json': '{"name":"later","version":"1.0.0","main":"i.js"}',
      'node_modules/later/i.js': 'exports.b = require("late")',
    };
    const { files } = await readAppFiles(
      apps.make(name(), { apart: ['late', 'later'] }, { 'server.cjs': tinyServer, ...libraries }),
    );
    const textOf = (file: string): string => Buffer.from(files.get(file) as Uint8Array).toString();
    expect(textOf('late.cjs')).toContain('only once');
    expect(textOf('later.cjs')).toContain('"./late.cjs"');
    expect(textOf('later.cjs')).not.toContain('only once');
  });
});
