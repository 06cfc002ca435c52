// What package.json says of a release is read strictly: a misspelt key must not pack the wrong thing.
import { join } from 'node:path';
import { expectRefused } from './expect-refused';
import { TinyApps } from './tiny-app';

const apps = new TinyApps();
afterAll(() => apps.remove());

let count = 0;
const name = (): string => `app-${++count}`;

describe('the block of package.json', () => {
  test.each<[string, unknown, string]>([
    ['a misspelt key', { entri: 'server.cjs' }, 'clonekit.release.entri of '],
    ['a name every object has', JSON.parse('{"constructor": 1}'), 'clonekit.release.constructor of '],
    ['an entry that is no text', { entry: 1 }, 'clonekit.release.entry of '],
    ['an entry above the folder', { entry: '../server.cjs' }, 'clonekit.release.entry of '],
    ['an absolute entry', { entry: '/bin/sh' }, 'clonekit.release.entry of '],
    ['bundle as text', { bundle: 'no' }, 'clonekit.release.bundle of '],
    ['a list to carry', { carry: ['views'] }, 'clonekit.release.carry of '],
    ['to carry it elsewhere', { carry: { '../views': 'views' } }, 'clonekit.release.carry of '],
    ['one library apart, as text', { apart: 'ioredis' }, 'clonekit.release.apart of '],
    ['libraries apart of an app that is not bundled', { bundle: false, apart: ['a'] }, 'clonekit.release.bundle of '],
  ])('%s is refused by its path', async (_, block, path) => {
    await expectRefused(apps.make(name(), block as object), path, 'package.json');
  });

  test('every key that there is is named to who misspelt one', async () => {
    await expectRefused(apps.make(name(), { entri: 1 }), 'is no key of it; got: 1; use entry, bundle, carry, apart');
  });

  test.each([
    ['no name', JSON.stringify({ clonekit: { release: { entry: 'server.cjs' } } }), 'name of '],
    ['no block', JSON.stringify({ name: 'tiny' }), 'clonekit.release of '],
    ['no entry', JSON.stringify({ name: 'tiny', clonekit: { release: {} } }), 'clonekit.release.entry of '],
    ['no JSON', 'name: tiny', 'The content of '],
  ])('a package.json with %s is refused', async (_, text, part) => {
    await expectRefused(apps.make(name(), {}, { 'package.json': text }), part);
  });

  test('a folder without one is refused', async () => {
    await expectRefused(join(apps.root, 'nowhere'), 'The folder of an app must hold a package.json with ', 'nowhere');
  });
});
