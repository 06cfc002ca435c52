// A packed release that is not what its name promises is refused, by the first thing in it that differs.
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join, relative } from 'node:path';
import { gunzipSync, gzipSync } from 'node:zlib';
import { create } from 'tar';
import { OperatorError } from '../../lib/config/operator-error';
import { type PackedRelease, packApp } from '../../lib/release/pack-app';
import { readRelease } from '../../lib/release/read-release';
import { unpackRelease } from '../../lib/release/unpack';
import { TinyApps } from './tiny-app';

const apps = new TinyApps();
const folder = mkdtempSync(join(tmpdir(), 'clonekit-read-'));
let packed: PackedRelease;

beforeAll(async () => {
  packed = await packApp({ folder: apps.make('app'), architecture: 'x86_64', outDir: join(folder, 'releases') });
});

afterAll(() => {
  apps.remove();
  rmSync(folder, { recursive: true, force: true });
});

/** An archive under the release's name, made of the release's files after `change`. */
async function repack(name: string, change: (unpacked: string) => void): Promise<string> {
  const unpacked = join(folder, name, 'content');
  await unpackRelease(packed.file, unpacked);
  change(unpacked);
  const file = join(folder, name, basename(packed.file));
  const entries = readdirSync(unpacked, { recursive: true, withFileTypes: true }).filter(
    (entry) => !entry.isDirectory(),
  );
  await create(
    { cwd: unpacked, file, gzip: { level: 1 } },
    entries.map((entry) => relative(unpacked, join(entry.parentPath, entry.name))),
  );
  return file;
}

test('unpacked, its Node can be run by anybody, and the rest is what was packed', async () => {
  const umask = process.umask(0o077);
  const target = join(folder, 'unpacked');
  const about = await unpackRelease(packed.file, target).finally(() => process.umask(umask));
  expect(about).toEqual(packed.about);
  expect(statSync(join(target, 'node')).mode & 0o777).toBe(0o755);
  expect(readFileSync(join(target, 'clone/bake.sh'), 'utf8')).toMatch(/^#!/);
});

test.each<[string, (unpacked: string) => void, string]>([
  [
    'a changed file, the first of two',
    (unpacked) => {
      writeFileSync(join(unpacked, 'clone/bake.sh'), 'rm -rf /');
      writeFileSync(join(unpacked, 'app/server.cjs'), 'process.exit()');
    },
    'app/server.cjs differs from its sum, got: 81f1d26711b8c65f4a3e7b1e4d8a1f0a',
  ],
  [
    'a missing file',
    (unpacked) => rmSync(join(unpacked, 'app/server.cjs')),
    'app/server.cjs is missing from the archive; ',
  ],
  [
    'a file that the list does not name',
    (unpacked) => writeFileSync(join(unpacked, 'extra.cjs'), ''),
    'extra.cjs is extra: SHA256SUMS does not name it; ',
  ],
  [
    'another list of sums',
    (unpacked) => writeFileSync(join(unpacked, 'SHA256SUMS'), `${'0'.repeat(64)}  app/server.cjs\n`),
    "SHA256SUMS differs from the file's name, got: ",
  ],
  [
    'no list of sums',
    (unpacked) => rmSync(join(unpacked, 'SHA256SUMS')),
    'it is truncated or not a release archive, got: no SHA256SUMS; ',
  ],
])('%s is refused by name, and nothing is written', async (what, change, problem) => {
  const file = await repack(what, change);
  const target = join(folder, what, 'target');
  const refused = await unpackRelease(file, target).catch((error: Error) => error);
  expect(refused).toBeInstanceOf(OperatorError);
  expect((refused as Error).message).toContain(`Release ${file}: ${problem.replace(/[0-9a-f]{32}$/, '')}`);
  expect((refused as Error).message).toMatch(/; pack it again$/);
  expect(() => readdirSync(target)).toThrow('ENOENT');
});

test.each([
  ['the compressed archive', (bytes: Buffer) => bytes.subarray(0, bytes.length - 1_000)],
  ['its last file', (bytes: Buffer) => bytes.subarray(0, bytes.length - 40)],
  ['the archive before compression', (bytes: Buffer) => gzipSync(gunzipSync(bytes).subarray(0, 300_000), { level: 1 })],
  ['everything', () => Buffer.alloc(0)],
])('an archive that lost the end of %s is refused', async (what, cut) => {
  const file = join(folder, what, basename(packed.file));
  mkdirSync(join(folder, what), { recursive: true });
  writeFileSync(file, cut(readFileSync(packed.file)));
  await expect(readRelease(file)).rejects.toThrow(/truncated|missing from the archive/);
});

test('a file that is not there is refused in one sentence', async () => {
  await expect(readRelease(join(folder, 'nowhere.tar.gz'))).rejects.toThrow(OperatorError);
});
