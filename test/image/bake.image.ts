// The bake script on a system that it was not tried on before: what it refuses, leaves behind, and does when it runs again.
import { execFileSync, spawnSync } from 'node:child_process';
import {
  copyFileSync,
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { provideBase } from '../../lib/local/image/base';
import { type PackedRelease, packApp } from '../../lib/release/pack-app';
import { project } from '../provide-servers';
import { imagesFolder } from './provide';

let folder: string;
let root: string;
let release: PackedRelease;
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'clonekit-bake-'));
  root = join(folder, 'root');
  const { archive } = await provideBase({ imagesFolder, onProgress: () => {} });
  execFileSync('mkdir', [root]);
  execFileSync('tar', ['-xpf', archive, '-C', root]);
  release = await packApp({ folder: join(project, 'test/examples/app'), architecture: 'x86_64', outDir: folder });
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** In the new system, with an archive in its folder for what is temporary. */
function bake(archive: string, digest: string): { status: number | null; said: string } {
  copyFileSync(join(project, 'lib/release/image/bake.sh'), join(root, 'tmp/bake.sh'));
  if (existsSync(archive)) copyFileSync(archive, join(root, 'tmp', basename(archive)));
  const { status, stdout, stderr } = spawnSync(
    'chroot',
    [root, 'sh', '/tmp/bake.sh', `/tmp/${basename(archive)}`, digest],
    {
      encoding: 'utf8',
    },
  );
  return { status, said: `${stdout}${stderr}`.trim() };
}

const cut = (): string => {
  const file = join(folder, 'cut.tar.gz');
  const whole = readFileSync(release.file);
  writeFileSync(file, whole.subarray(0, whole.length / 2));
  return file;
};

/** The same release with one file changed after it was packed. */
const changed = (): string => {
  const [at, file] = [join(folder, 'changed'), join(folder, 'changed.tar.gz')];
  execFileSync('mkdir', ['-p', at]);
  execFileSync('tar', ['-xzf', release.file, '-C', at]);
  writeFileSync(join(at, 'app/server.cjs'), 'other words');
  const names = execFileSync('tar', ['-tzf', release.file], { encoding: 'utf8' }).trim().split('\n');
  execFileSync('tar', ['-czf', file, '-C', at, ...names]);
  return file;
};

const otherMachine = async (): Promise<PackedRelease> =>
  packApp({ folder: join(project, 'test/examples/app'), architecture: 'arm64', outDir: folder });

test.each([
  ['no archive', async () => bake('/none.tar.gz', release.digest), /^bake: ARCHIVE must be a packed release, got: /],
  [
    'a truncated archive',
    async () => bake(cut(), release.digest),
    /^bake: ARCHIVE must be a whole release, got: one that tar /,
  ],
  [
    'another digest',
    async () => bake(release.file, 'f'.repeat(64)),
    /^bake: DIGEST must be that of the archive, got: f{64} /,
  ],
  [
    'a changed file',
    async () => bake(changed(), release.digest),
    /^bake: every file must be what SHA256SUMS says, got: app\/server\.cjs: FAILED; /,
  ],
  [
    'another architecture',
    async () => {
      const { file, digest } = await otherMachine();
      return bake(file, digest);
    },
    /^bake: the release must be packed for x86_64, got: another architecture; /,
  ],
])('%s is refused in one sentence, and nothing is put in place', async (_what, work, sentence) => {
  const { status, said } = await work();
  expect(said).toMatch(sentence);
  expect(said.split('\n')).toHaveLength(1);
  expect(status).toBe(1);
  expect(readdirSync(join(root, 'opt'))).toEqual([]);
});

test('what no two clones may share is gone, and a second bake changes nothing', () => {
  const left = [
    'etc/ssh/ssh_host_ed25519_key',
    'root/.bash_history',
    'root/.ssh/authorized_keys',
    'var/lib/cloud/instance',
  ];
  for (const path of left) {
    execFileSync('mkdir', ['-p', join(root, path, '..')]);
    writeFileSync(join(root, path), 'left by somebody');
  }
  writeFileSync(join(root, 'etc/machine-id'), `${'0'.repeat(32)}\n`);
  const { said, status } = bake(release.file, release.digest);
  expect({ said, status }).toEqual({ said: `bake: release ${release.digest} is in place`, status: 0 });
  expect(left.filter((path) => existsSync(join(root, path)))).toEqual([]);
  expect(statSync(join(root, 'etc/machine-id')).size).toBe(0);
  expect(readdirSync(join(root, 'var/lib/apt/lists'))).toEqual([]);
  expect(readdirSync(join(root, 'tmp'))).toEqual([]);
  expect(readFileSync(join(root, 'etc/shadow'), 'utf8')).toMatch(/^root:[!*]/m);
  const list = (): string =>
    execFileSync(
      'sh',
      ['-c', 'cd "$1" && find . -type f -exec sha256sum {} + | sort', 'sh', join(root, 'opt/clonekit')],
      {
        encoding: 'utf8',
      },
    ) + execFileSync('ls', ['-lR', '--time-style=+', join(root, 'etc/systemd')], { encoding: 'utf8' });
  const once = list();
  expect(bake(release.file, release.digest).status).toBe(0);
  expect(list()).toBe(once);
});
