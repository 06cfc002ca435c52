// The lock of images: what it looks like, whose image a stage gets, and what is refused.
import { getLockedImage, type LockedImage, readImageLock, toImageLock } from '../../lib/config/image-lock';
import { OperatorError } from '../../lib/config/operator-error';
import type { StageConfig } from '../../lib/config/stage-config';
import { getStages } from '../../lib/config/stages';

const image = (changes: Partial<LockedImage> = {}): LockedImage => ({
  stage: 'prod',
  region: 'eu-central-1',
  architecture: 'arm64',
  release: 'a'.repeat(64),
  ami: 'ami-00000000000000001',
  base: 'ami-00000000000000002',
  commit: 'c'.repeat(40),
  bakedAt: '2026-11-24T12:00:00.000Z',
  test: 'passed',
  ...changes,
});

const [prod] = getStages('prod') as [StageConfig];
const get = (images: readonly LockedImage[]) => () => getLockedImage(images, prod, 'a'.repeat(64));

describe('what is written', () => {
  test('is read back as it was', () => {
    expect(readImageLock(toImageLock([], image()))).toEqual([image()]);
  });

  test('a new image is one changed line, whatever else is locked', () => {
    const before = toImageLock([image({ stage: 'dev' }), image({ stage: 'small' })], image());
    const after = toImageLock(readImageLock(before), image({ stage: 'small', ami: 'ami-00000000000000009' }));
    const lines = before.split('\n');
    const changed = after.split('\n').filter((line, i) => line !== lines[i]);
    expect(after.split('\n')).toHaveLength(lines.length);
    expect(changed).toEqual([expect.stringContaining('"stage":"small"')]);
  });

  test('has the stages in the same order, whichever was baked first', () => {
    const one = toImageLock([image()], image({ stage: 'dev' }));
    expect(toImageLock([image({ stage: 'dev' })], image())).toBe(one);
  });
});

test('without a file nothing is locked', () => {
  expect(readImageLock(undefined)).toEqual([]);
});

test('a stage gets its image, when it is of its region, its processor and the release', () => {
  expect(get([image({ stage: 'dev', release: 'b'.repeat(64) }), image()])()).toEqual(image());
});

test.each<[string, readonly LockedImage[], string]>([
  ['no image of the stage', [image({ stage: 'dev' })], 'image of prod must be there, got: nothing'],
  [
    'an image of another release',
    [image({ release: 'b'.repeat(64) })],
    `release of the image of prod must be ${'a'.repeat(64)}, got: "${'b'.repeat(64)}"`,
  ],
  [
    'an image of another region',
    [image({ region: 'us-east-1' })],
    'region of the image of prod must be eu-central-1, got: "us-east-1"',
  ],
  [
    'an image for another processor',
    [image({ architecture: 'x86_64' })],
    'architecture of the image of prod must be arm64, got: "x86_64"',
  ],
])('%s is refused with the command that bakes it', (_, images, message) => {
  expect(get(images)).toThrow(
    new OperatorError(`.image.lock.json: ${message}; bake it: npx clonekit bake --stage prod`),
  );
});

const written = (changes: object): string => JSON.stringify({ images: [{ ...image(), ...changes }] });

test.each<[string, string, string]>([
  ['no JSON', '{"images": [', 'it must be JSON, got: "'],
  ['a list', '[]', 'it is not what clonekit writes: expected object, received array, got: []; '],
  [
    'an image that is no AMI',
    written({ ami: 'latest' }),
    'images.0.ami is not what clonekit writes: must be ami- and 17',
  ],
  ['an image that was not tested', written({ test: 'skipped' }), 'images.0.test is not what clonekit writes: expected'],
  [
    'a knob we do not have',
    written({ colour: 'red' }),
    'images.0 is not what clonekit writes: Unrecognized key: "colour"',
  ],
  [
    'a stage twice, as a merge leaves it',
    JSON.stringify({ images: [image(), image()] }),
    'images must name a stage once',
  ],
])('a lock with %s is refused in one sentence', (_, text, message) => {
  const read = () => readImageLock(text);
  expect(read).toThrow(OperatorError);
  expect(read).toThrow(`.image.lock.json: ${message}`);
  expect(read).not.toThrow(/\n/);
});
