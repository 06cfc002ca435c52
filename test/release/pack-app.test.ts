// What a release promises: its name says its content, wherever and whenever it was packed, and any team's app can be one.
import { execFileSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, utimesSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { releaseFiles } from '../../lib/config/names';
import { sha256 } from '../../lib/release/descriptor';
import { type PackedRelease, packApp } from '../../lib/release/pack-app';
import { type ReadRelease, readRelease } from '../../lib/release/read-release';
import { project } from '../provide-servers';
import { packHere } from './pack-here';
import { TinyApps } from './tiny-app';

const apps = new TinyApps();
const folder = mkdtempSync(join(tmpdir(), 'clonekit-release-'));
const releases = join(folder, 'releases');
let packed: PackedRelease;
let read: ReadRelease;

beforeAll(async () => {
  packed = await packHere(releases);
  read = await readRelease(packed.file);
});

afterAll(() => {
  apps.remove();
  rmSync(folder, { recursive: true, force: true });
});

test('the archive is named by the sha256 of its list of sums, and beside it is what it is made of', () => {
  expect(packed.digest).toBe(sha256(read.files.get(releaseFiles.sums) as Buffer));
  expect(readdirSync(releases).sort()).toEqual(
    ['cdx.json', 'tar.gz', 'tried.json'].map((ending) => `${packed.digest}.${ending}`),
  );
});

test('it holds the app, what the app reads, its Node, what stands beside it, and what it is', () => {
  const paths = [...read.files.keys()];
  expect(paths).toEqual([...paths].sort());
  expect(paths).toEqual(
    expect.arrayContaining([
      ...['app/web.cjs', 'app/ioredis.cjs', 'app/assets/site.css', 'app/migrations/001-users-and-articles.sql'],
      ...['clone/bake.sh', 'clone/verify.sh', 'clone/clone.cjs', 'clone/guard.cjs', 'clone/units/clonekit.service'],
      ...['node', 'node.LICENSE', 'release.json', 'SHA256SUMS'],
    ]),
  );
  expect(read.about).toEqual({
    name: 'clonekit',
    entry: 'app/web.cjs',
    architecture: packed.about.architecture,
    node: '24.21.0',
  });
});

test('a copy elsewhere, in another zone, locale and year, with another umask and other times, is the same to the byte', () => {
  const copy = join(folder, 'copy of the tree');
  mkdirSync(join(folder, 'home'), { recursive: true });
  symlinkSync(join(project, '.clonekit/runtimes'), join(folder, 'home/runtimes'));
  for (const name of ['bin', 'lib', 'package.json']) {
    cpSync(join(project, name), join(copy, name), { recursive: true });
    utimesSync(join(copy, name), 1, 1);
  }
  utimesSync(join(copy, 'lib/web/assets/site.css'), 1, 1);
  symlinkSync(join(project, 'node_modules'), join(copy, 'node_modules'));
  const script = `
    process.umask(0o077);
    const later = 400 * 24 * 3600 * 1000, { now } = Date;
    Date = class extends Date { constructor(...at) { super(...(at.length ? at : [now() + later])); } static now() { return now() + later; } };
    require(${JSON.stringify(join(copy, 'lib/release/pack-app.ts'))})
      .packApp({ folder: ${JSON.stringify(copy)}, architecture: ${JSON.stringify(packed.about.architecture)} })
      .then((packed) => console.log(JSON.stringify(packed)));`;
  const env = {
    PATH: process.env.PATH,
    TZ: 'Pacific/Chatham',
    LC_ALL: 'tr_TR.UTF-8',
    CLONEKIT_HOME: join(folder, 'home'),
  };
  const said = execFileSync(process.execPath, ['--import', 'tsx', '-e', script], { cwd: copy, env });
  const copied = JSON.parse(said.toString()) as PackedRelease;
  expect(copied.digest).toBe(packed.digest);
  expect(copied.file).toBe(join(folder, 'home/releases', basename(packed.file)));
  expect(readFileSync(copied.file).equals(readFileSync(packed.file))).toBe(true);
  expect(readFileSync(copied.sbom, 'utf8')).toBe(readFileSync(packed.sbom, 'utf8'));
});

test('no folder of the machine is in any file, nor in what is beside it', () => {
  const all = Buffer.concat([gunzipSync(readFileSync(packed.file)), readFileSync(packed.sbom)]);
  for (const path of [project, folder, apps.root]) expect(all.includes(path)).toBe(false);
});

test('another byte is another release', async () => {
  const digest = async (name: string, text: string): Promise<string> => {
    const app = apps.make(name, { carry: { 'hello.txt': 'hello.txt' } }, { 'hello.txt': text });
    return (await packApp({ folder: app, architecture: 'x86_64', outDir: join(folder, 'bytes') })).digest;
  };
  expect(await digest('same', 'hello')).toBe(await digest('same again', 'hello'));
  expect(await digest('other', 'hallo')).not.toBe(await digest('same', 'hello'));
});

test('one machine packs for both architectures: the same app, another Node', async () => {
  const app = apps.make('both');
  const outDir = join(folder, 'both');
  const of = async (architecture: 'arm64' | 'x86_64') =>
    (await readRelease((await packApp({ folder: app, architecture, outDir })).file)).files;
  const [arm, intel] = [await of('arm64'), await of('x86_64')];
  const differing = [...arm.keys()].filter((path) => !arm.get(path)?.equals(intel.get(path) as Buffer));
  expect(differing).toEqual(['SHA256SUMS', 'node', 'release.json']);
  // Bytes 18 and 19 of a program for Linux: the machine it is for.
  expect([arm, intel].map((files) => files.get('node')?.readUInt16LE(18))).toEqual([0xb7, 0x3e]);
});

test('what is there already is found again: nothing is written anew', async () => {
  const written = readdirSync(releases).map((name) => [name, readFileSync(join(releases, name)).length]);
  expect(await packHere(releases)).toEqual(packed);
  expect(readdirSync(releases).map((name) => [name, readFileSync(join(releases, name)).length])).toEqual(written);
});

test('coreutils and GNU tar alone verify an unpacked release; Python reads it, too', () => {
  const unpacked = join(folder, 'by tar');
  mkdirSync(unpacked);
  execFileSync('tar', ['--extract', '--gzip', '--file', packed.file, '--directory', unpacked]);
  execFileSync('sha256sum', ['--check', '--strict', '--quiet', releaseFiles.sums], { cwd: unpacked });
  expect(execFileSync(join(unpacked, releaseFiles.node), ['--version'], { encoding: 'utf8' })).toBe('v24.21.0\n');
  const script =
    'import sys, tarfile; print(*sorted({(m.mode, m.uid, m.gid, m.mtime, m.type) for m in tarfile.open(sys.argv[1])}))';
  const said = execFileSync('python3', ['-c', script, packed.file], { encoding: 'utf8' });
  expect(said).toBe("(420, 0, 0, 0, b'0') (493, 0, 0, 0, b'0')\n");
});

test('a folder that is not bundled is packed as it is, but for names that begin with a dot', async () => {
  const files = {
    'lib/a.js': '1',
    'node_modules/b/package.json': '{"name":"b","version":"2.0.0"}',
    '.env': 'SECRET=1',
  };
  const app = apps.make('whole', { bundle: false }, files);
  const { file } = await packApp({ folder: app, architecture: 'x86_64', outDir: join(folder, 'whole') });
  const paths = [...(await readRelease(file)).files.keys()].filter((path) => path.startsWith('app/'));
  expect(paths).toEqual(['app/lib/a.js', 'app/node_modules/b/package.json', 'app/package.json', 'app/server.cjs']);
});

test('names of any length and script are kept, also by GNU tar', async () => {
  const long = ['a'.repeat(90), 'b'.repeat(200), 'c'.repeat(200), 'Käse 茶.txt'].join('/');
  const app = apps.make('names', { bundle: false }, { [long]: 'text', SHA256SUMS: 'of the app' });
  const { file } = await packApp({ folder: app, architecture: 'x86_64', outDir: join(folder, 'names') });
  expect((await readRelease(file)).files.get(`app/${long}`)?.toString()).toBe('text');
  const unpacked = join(folder, 'names by tar');
  mkdirSync(unpacked);
  execFileSync('tar', ['--extract', '--gzip', '--file', file, '--directory', unpacked]);
  execFileSync('sha256sum', ['--check', '--strict', '--quiet', releaseFiles.sums], { cwd: unpacked });
});
