// Where no image can be made: said in one sentence, with the remedy, before anything is touched.
import { imagePackages, run, verifyCanMakeImages } from '../../../lib/local/image/command';

const able = { platform: 'linux', arch: 'x64', uid: 0, isThere: () => true };

test('root on Debian with every program can', () => {
  expect(() => verifyCanMakeImages(able)).not.toThrow();
});

test.each([
  [
    'another system',
    { platform: 'darwin', arch: 'arm64' },
    'image: must be made on Debian for x86_64, got: darwin arm64; everything but images runs here, too',
  ],
  [
    'somebody who is not root',
    { uid: 1000 },
    'image: must be made by root, who alone owns all files of a system, got: user 1000; run it with sudo',
  ],
  [
    'a machine without QEMU',
    { isThere: (program: string) => !program.startsWith('qemu') },
    'image: must find qemu-img, qemu-system-x86_64 on the PATH, got: none; apt-get install qemu-utils qemu-system-x86',
  ],
])('%s cannot', (_who, what, message) => {
  expect(() => verifyCanMakeImages({ ...able, ...what })).toThrow(message);
});

test('the packages are named once each', () => {
  expect(imagePackages).toEqual([
    ...['mmdebstrap', 'fdisk', 'mtools', 'syslinux'],
    ...['e2fsprogs', 'qemu-utils', 'qemu-system-x86'],
  ]);
});

test('a command that fails is one sentence with the last word it said', async () => {
  const failing = run('sh', ['-c', 'echo first >&2; echo no space left >&2; exit 3'], { what: 'made in /there' });
  await expect(failing).rejects.toThrow(
    'image: could not be made in /there, got: no space left; mend that and run the command again',
  );
});

test('a command is ended when it is not wanted any more', async () => {
  const running = run('sleep', ['60'], { what: 'made', stop: AbortSignal.timeout(20) });
  await expect(running).rejects.toMatchObject({ name: 'AbortError' });
});
