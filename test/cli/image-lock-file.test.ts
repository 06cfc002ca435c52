// The lock of images as a file, and whose image a stage gets from it.
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { findImage, lockImage, readImageLockFile } from '../../lib/cli/image-lock-file';
import type { LockedImage } from '../../lib/config/image-lock';
import type { StageConfig } from '../../lib/config/stage-config';
import { getStages } from '../../lib/config/stages';

const release = 'd'.repeat(64);
const image: LockedImage = {
  stage: 'dev',
  region: 'eu-central-1',
  architecture: 'arm64',
  release,
  ami: 'ami-0123456789abcdef0',
  base: 'ami-0fedcba9876543210',
  commit: 'none',
  bakedAt: '2026-11-24T12:00:00.000Z',
  test: 'passed',
};
const [onDeploy] = getStages('dev') as [StageConfig];
const locked: StageConfig = { ...onDeploy, image: { ...onDeploy.image, bake: 'locked' } };
let project: string;

beforeEach(() => {
  project = mkdtempSync(join(tmpdir(), 'clonekit-lock-'));
});
afterEach(() => rmSync(project, { recursive: true }));

test('what is locked is read again, and the lines of other stages stay', () => {
  expect(readImageLockFile(project)).toEqual([]);
  lockImage(project, { ...image, stage: 'prod' });
  const [, , line] = readFileSync(join(project, '.image.lock.json'), 'utf8').split('\n');
  lockImage(project, image);
  expect(readImageLockFile(project)).toEqual([image, { ...image, stage: 'prod' }]);
  expect(readFileSync(join(project, '.image.lock.json'), 'utf8').split('\n')).toContain(line);
});

test('a stage that bakes on deploy needs no lock', () => {
  expect(findImage(project, onDeploy, release, false)).toBeUndefined();
});

test('a locked stage gets its image, or is refused', () => {
  expect(() => findImage(project, locked, release, false)).toThrow('bake it: npx clonekit bake --stage dev');
  lockImage(project, image);
  expect(findImage(project, locked, release, false)).toMatchObject({ ami: image.ami, base: image.base });
});

test('a locked stage runs on this machine without an image', () => {
  expect(findImage(project, locked, release, true)).toEqual({
    ami: expect.stringMatching(/^ami-0{17}$/),
    base: expect.stringMatching(/^ami-0{17}$/),
  });
});
