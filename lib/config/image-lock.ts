// Which image a stage runs, written down: one line a stage, so that a new image is a one-line change that somebody reviews.
import { z } from 'zod';
import type { StageName } from './names';
import { stageNames } from './names';
import { architectures } from './node-types';
import { OperatorError } from './operator-error';
import type { StageConfig } from './stage-config';

/** Name of the file, at the top of the project. */
export const imageLockFile = '.image.lock.json';

const amiId = z.string().regex(/^ami-[0-9a-f]{17}$/, 'must be ami- and 17 hexadecimal digits');

const lockedImage = z.strictObject({
  stage: z.enum(stageNames),
  region: z.string(),
  architecture: z.enum(architectures),
  /** Digest of the release. */
  release: z.string().regex(/^[0-9a-f]{64}$/, 'must be 64 hexadecimal digits'),
  /** What clones are launched from. */
  ami: amiId,
  /** What it was baked into. */
  base: amiId,
  /** Commit of the source; with `+` at its end when something was changed since; `none` outside of git. */
  commit: z.string(),
  /** ISO 8601, UTC. */
  bakedAt: z.string(),
  /** Nothing else is ever locked: the image was booted, and answered as its release. */
  test: z.literal('passed'),
});

const lock = z.strictObject({ images: z.array(lockedImage) });

export type LockedImage = z.infer<typeof lockedImage>;

const bakeCommand = (stage: StageName): string => `npx clonekit bake --stage ${stage}`;

const fail = (path: string, rule: string, got: unknown, remedy: string): never => {
  throw new OperatorError(`${imageLockFile}: ${path} ${rule}, got: ${JSON.stringify(got) ?? 'nothing'}; ${remedy}`);
};

const parse = (text: string): unknown => {
  try {
    return JSON.parse(text);
  } catch (error) {
    return fail('it', 'must be JSON', (error as Error).message, 'restore it with git, or bake again');
  }
};

/** The value at a path, for a message. */
const valueAt = (value: unknown, path: readonly PropertyKey[]): unknown =>
  path.reduce<unknown>((inner, key) => (inner as Record<PropertyKey, unknown> | null | undefined)?.[key], value);

/** @param text undefined when there is no such file @throws OperatorError when it is no lock, or names a stage twice */
export function readImageLock(text: string | undefined): readonly LockedImage[] {
  if (text === undefined) return [];
  const value = parse(text);
  const { data, error } = lock.safeParse(value);
  const [issue] = error?.issues ?? [];
  if (issue || !data) {
    const path = issue?.path ?? [];
    return fail(
      path.join('.') || 'it',
      `is not what clonekit writes: ${issue?.message.replace(/^Invalid input: /, '')}`,
      valueAt(value, path),
      'restore it with git, or bake again',
    );
  }
  const twice = data.images.find(({ stage }, i) => data.images.findIndex((one) => one.stage === stage) !== i);
  if (twice)
    fail('images', 'must name a stage once', twice.stage, `leave one, or bake again: ${bakeCommand(twice.stage)}`);
  return data.images;
}

/** The text of the lock with this image in the place of its stage's. */
export function toImageLock(images: readonly LockedImage[], image: LockedImage): string {
  const all = [...images.filter(({ stage }) => stage !== image.stage), image];
  all.sort((a, b) => stageNames.indexOf(a.stage) - stageNames.indexOf(b.stage));
  return `{\n  "images": [\n${all.map((one) => `    ${JSON.stringify(one)}`).join(',\n')}\n  ]\n}\n`;
}

/**
 * The image of a stage whose config says `locked`.
 * @param release digest of what is about to be deployed
 * @throws OperatorError with the command that bakes it, when the lock has none or another
 */
export function getLockedImage(
  images: readonly LockedImage[],
  { stage, region, clones }: Pick<StageConfig, 'stage' | 'region' | 'clones'>,
  release: string,
): LockedImage {
  const bake = `bake it: ${bakeCommand(stage)}`;
  const found = images.find((one) => one.stage === stage);
  if (!found) return fail(`image of ${stage}`, 'must be there', undefined, bake);
  const wanted = { region, architecture: clones.architecture, release };
  for (const key of ['region', 'architecture', 'release'] as const) {
    if (found[key] !== wanted[key]) fail(`${key} of the image of ${stage}`, `must be ${wanted[key]}`, found[key], bake);
  }
  return found;
}
