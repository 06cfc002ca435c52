// What a release promises: its name says its content, wherever and whenever it was packed.
import { execFileSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join, relative } from 'node:path';
import { gunzipSync, gzipSync } from 'node:zlib';
import { create, list } from 'tar';
import { manifestFile } from '../../lib/config/names';
import { type ReleaseDescriptor, sha256 } from '../../lib/release/descriptor';
import { packRelease } from '../../lib/release/pack';
import { unpackRelease } from '../../lib/release/unpack';

const projectFolder = join(__dirname, '../..');
const folder = mkdtempSync(join(tmpdir(), 'clonekit-release-'));
let release: ReleaseDescriptor;

beforeAll(async () => {
  release = await packRelease({ outDir: join(folder, 'releases') });
});

afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** An archive under the release's name, made of the release's files after `change`. */
async function repack(name: string, change: (unpacked: string) => void): Promise<string> {
  const unpacked = join(folder, name, 'content');
  await unpackRelease(release.file, unpacked);
  change(unpacked);
  const file = join(folder, name, basename(release.file));
  const entries = readdirSync(unpacked, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
  await create(
    { cwd: unpacked, file, gzip: true },
    entries.map((entry) => relative(unpacked, join(entry.parentPath, entry.name))),
  );
  return file;
}

test('the archive is named by the sha256 of its manifest', async () => {
  await unpackRelease(release.file, join(folder, 'named'));
  const manifest = readFileSync(join(folder, 'named', manifestFile));
  expect(release.digest).toBe(sha256(manifest));
  expect(basename(release.file)).toBe(`${release.digest}.tar.gz`);
});

test('the manifest lists the entry, the migrations and the assets, sorted', async () => {
  const manifest = await unpackRelease(release.file, join(folder, 'listed'));
  const paths = Object.keys(manifest.files);
  expect(paths).toEqual([...paths].sort());
  expect(paths).toEqual(
    expect.arrayContaining(['web.cjs', 'assets/site.css', 'migrations/001-users-and-articles.sql']),
  );
  expect(manifest.entry).toBe('web.cjs');
});

test('a copy of the sources elsewhere, in another time zone and with another umask, packs to the same bytes', () => {
  const copy = join(folder, 'copy of the tree');
  mkdirSync(copy);
  for (const name of ['bin', 'lib', 'package.json']) {
    cpSync(join(projectFolder, name), join(copy, name), { recursive: true });
  }
  symlinkSync(join(projectFolder, 'node_modules'), join(copy, 'node_modules'));
  const script = `
    process.umask(0o077);
    require(${JSON.stringify(join(copy, 'lib/release/pack.ts'))}).packRelease().then((r) => console.log(JSON.stringify(r)));`;
  const output = execFileSync(process.execPath, ['--import', 'tsx', '-e', script], {
    cwd: copy,
    env: { PATH: process.env.PATH, TZ: 'Pacific/Chatham', CLONEKIT_HOME: join(folder, 'home') },
  });
  const copied = JSON.parse(output.toString()) as ReleaseDescriptor;
  expect(copied.digest).toBe(release.digest);
  expect(copied.file).toBe(join(folder, 'home/releases', `${release.digest}.tar.gz`));
  expect(readFileSync(copied.file).equals(readFileSync(release.file))).toBe(true);
});

test('entries carry no time, no owner and one mode, and no folder of the machine is in any file', async () => {
  const headers: string[] = [];
  await list({
    file: release.file,
    onReadEntry: ({ path, mode, uid, gid, mtime }) =>
      headers.push(`${path} ${mode?.toString(8)} ${uid} ${gid} ${mtime?.getTime()}`),
  });
  expect(headers.length).toBeGreaterThan(3);
  for (const header of headers) expect(header).toMatch(/^\S+ 644 undefined undefined 0$/);
  // Bytes 4 to 7 of gzip: the time it was made.
  expect([...readFileSync(release.file).subarray(4, 8)]).toEqual([0, 0, 0, 0]);
  expect(gunzipSync(readFileSync(release.file)).includes(projectFolder)).toBe(false);
});

test('packing again leaves nothing but the archive', async () => {
  await packRelease({ outDir: join(folder, 'releases') });
  expect(readdirSync(join(folder, 'releases'))).toEqual([basename(release.file)]);
});

test('a changed file is refused by name, and nothing is written', async () => {
  const file = await repack('changed', (unpacked) => {
    writeFileSync(join(unpacked, 'assets/site.css'), 'body { display: none }');
    writeFileSync(join(unpacked, 'web.cjs'), 'process.exit()');
  });
  const target = join(folder, 'changed/target');
  await expect(unpackRelease(file, target)).rejects.toThrow(
    `Release ${file}: assets/site.css differs from the manifest; pack it again.`,
  );
  expect(() => readdirSync(target)).toThrow('ENOENT');
});

test('a missing file is refused by name', async () => {
  const file = await repack('missing', (unpacked) => rmSync(join(unpacked, 'web.cjs')));
  await expect(unpackRelease(file, join(folder, 'missing/target'))).rejects.toThrow(
    `Release ${file}: web.cjs is missing from the archive; pack it again.`,
  );
});

test('a file that the manifest does not know is refused by name', async () => {
  const file = await repack('extra', (unpacked) => writeFileSync(join(unpacked, 'extra.cjs'), ''));
  await expect(unpackRelease(file, join(folder, 'extra/target'))).rejects.toThrow(
    `Release ${file}: extra.cjs is not in the manifest; pack it again.`,
  );
});

test('a manifest that is not the one of the file name is refused', async () => {
  const file = await repack('renamed', (unpacked) => {
    const manifest = join(unpacked, manifestFile);
    writeFileSync(manifest, readFileSync(manifest, 'utf8').replace('clonekit-web', 'something-else'));
  });
  await expect(unpackRelease(file, join(folder, 'renamed/target'))).rejects.toThrow(
    /manifest\.json differs from the file name, got: [0-9a-f]{64}; pack it again\.$/,
  );
});

test.each([
  ['the compressed archive', (bytes: Buffer) => bytes.subarray(0, bytes.length - 1_000)],
  ['the archive before compression', (bytes: Buffer) => gzipSync(gunzipSync(bytes).subarray(0, 300_000))],
  ['everything', () => Buffer.alloc(0)],
])('an archive that lost the end of %s is refused', async (what, cut) => {
  const file = join(folder, basename(release.file));
  writeFileSync(file, cut(readFileSync(release.file)));
  await expect(unpackRelease(file, join(folder, `cut ${what}`))).rejects.toThrow(/truncated|missing from the archive/);
});
