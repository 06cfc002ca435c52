// A given release is known by a glance at its archive, and refused by one.
import { copyFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { OperatorError } from '../../lib/config/operator-error';
import { machineArchitecture } from '../../lib/release/descriptor';
import { toReleases } from '../../lib/release/for-stages';
import { toGivenRelease } from '../../lib/release/given';
import { type PackedRelease, packApp } from '../../lib/release/pack-app';
import { TinyApps } from './tiny-app';

const apps = new TinyApps();
const folder = mkdtempSync(join(tmpdir(), 'clonekit-given-'));
let packed: PackedRelease;
let bytes: Buffer;

beforeAll(async () => {
  packed = await packApp({ folder: apps.make('app'), architecture: 'x86_64', outDir: join(folder, 'releases') });
  bytes = readFileSync(packed.file);
});

afterAll(() => {
  apps.remove();
  rmSync(folder, { recursive: true, force: true });
});

test('it says what it is', async () => {
  const { digest, file, about } = packed;
  expect(await toGivenRelease(file)).toEqual({ digest, file, about });
  expect(await toGivenRelease(file, { architecture: 'x86_64' })).toEqual({ digest, file, about });
});

test('one for another architecture is refused', async () => {
  const given = toGivenRelease(packed.file, { architecture: 'arm64' });
  await expect(given).rejects.toThrow(OperatorError);
  await expect(given).rejects.toThrow(
    `release must be for arm64, which the machines of the stage are; got: ${packed.file}, which is for x86_64; pack it with clonekit release --arch arm64, or leave it out to pack one`,
  );
});

test.each<[string, () => Buffer]>([
  ['its last byte', () => bytes.subarray(0, -1)],
  ['its end', () => bytes.subarray(0, -40)],
  ['its last file', () => bytes.subarray(0, -200)],
  ['half of it', () => bytes.subarray(0, bytes.length / 2)],
  ['all but its first bytes', () => bytes.subarray(0, 10)],
  ['everything', () => Buffer.alloc(0)],
  ['what its last bytes were', () => Buffer.concat([bytes.subarray(0, -4), Buffer.alloc(4, 1)])],
  ['its being the last thing in the file', () => Buffer.concat([bytes, Buffer.from('more')])],
])('an archive that lost %s is refused', async (_, cut) => {
  const file = join(folder, `${packed.digest}.tar.gz`);
  writeFileSync(file, cut());
  const given = toGivenRelease(file);
  await expect(given).rejects.toThrow(OperatorError);
  await expect(given).rejects.toThrow(
    `release must be a whole archive; got: ${file}, which is truncated or not a release; pack it again`,
  );
});

test.each([
  ['is not named by a digest', 'release.tar.gz'],
  ['is not there', `${'0'.repeat(64)}.tar.gz`],
])('a file that %s is refused', async (_, name) => {
  const file = join(folder, name);
  if (name === 'release.tar.gz') copyFileSync(packed.file, file);
  await expect(toGivenRelease(file)).rejects.toThrow(
    `release must be the path of a packed release, <digest>.tar.gz; got: ${file}; leave it out to pack one`,
  );
});

test('stages of one architecture share what is packed for it, others do not', async () => {
  const releases = toReleases({ folder: apps.make('shared') });
  const [first, second, other] = [releases('arm64'), releases('arm64'), releases('x86_64')];
  expect(second).toBe(first);
  expect((await other).digest).not.toBe((await first).digest);
  await expect(toReleases({ folder, given: packed.file })('arm64')).rejects.toThrow('release must be for arm64');
  const here = toReleases({ folder, given: packed.file, isHere: true });
  const isOurs = machineArchitecture === 'x86_64';
  await expect(
    here('arm64').then(
      () => true,
      () => false,
    ),
  ).resolves.toBe(isOurs);
});
