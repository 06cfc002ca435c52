// Somebody's own app as a release: all of its folder, nothing of the machine.
import { mkdirSync, mkdtempSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { OperatorError } from '../../lib/config/operator-error';
import { packApp } from '../../lib/release/pack-app';
import { unpackRelease } from '../../lib/release/unpack';

let root: string;
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'clonekit-own-'));
});
afterEach(() => rmSync(root, { recursive: true }));

const build = (name: string): string => {
  const folder = join(root, name);
  mkdirSync(join(folder, 'views'), { recursive: true });
  writeFileSync(join(folder, 'server.cjs'), 'console.log(1)');
  writeFileSync(join(folder, 'views', 'home.html'), '<p>');
  return folder;
};
const pack = (folder: string, entry = 'server.cjs') =>
  packApp({ name: 'shop', folder, entry, outDir: join(root, 'releases') });

test('every file of the folder goes in, and comes out as it was', async () => {
  const { file } = await pack(build('app'));
  const manifest = await unpackRelease(file, join(root, 'out'));
  expect(manifest).toMatchObject({ name: 'shop', entry: 'server.cjs' });
  expect(Object.keys(manifest.files)).toEqual(['server.cjs', 'views/home.html']);
});

test('the same files elsewhere and of another time are the same release', async () => {
  const first = await pack(build('app'));
  const folder = build('elsewhere');
  utimesSync(join(folder, 'server.cjs'), 1, 1);
  expect(await pack(folder)).toEqual(first);
});

test('another byte is another release', async () => {
  const first = await pack(build('app'));
  const folder = build('other');
  writeFileSync(join(folder, 'server.cjs'), 'console.log(2)');
  expect((await pack(folder)).digest).not.toBe(first.digest);
});

test.each([
  ['a folder that is not there', () => pack(join(root, 'nowhere')), 'folder must be the folder of a built app; got: '],
  ['an entry that is not there', () => pack(build('app'), 'index.js'), 'entry must be a file in '],
  [
    'a manifest of its own',
    () => {
      const folder = build('app');
      writeFileSync(join(folder, 'manifest.json'), '{}');
      return pack(folder);
    },
    'folder must hold no manifest.json, which packing writes; got: one in ',
  ],
])('%s is refused in one sentence', async (_, packing, message) => {
  await expect(packing()).rejects.toThrow(OperatorError);
  await expect(packing()).rejects.toThrow(message);
});
