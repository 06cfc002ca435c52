// Runs `releases`.
import { listReleases } from '../ops/rollback';
import { getStage } from '../ops/stage';
import type { Surroundings, TargetFlags } from './flags';
import { operate } from './operate';
import { toTable } from './table';

export const releasesCommand = (
  flags: TargetFlags & { readonly json?: boolean },
  surroundings: Surroundings,
): Promise<number> =>
  operate(flags, surroundings, async (aws) => {
    const [stage, releases] = await Promise.all([getStage(aws), listReleases(aws)]);
    const rows = releases.map(({ release, imageId, bakedAt }) => [
      ...[release.slice(0, 12), imageId, bakedAt.slice(0, 19)],
      release === stage.release ? 'deployed' : '',
    ]);
    const text = rows.length > 0 ? toTable(['release', 'image', 'baked', ''], rows) : 'no images with a release';
    console.log(flags.json ? JSON.stringify({ stage: stage.name, releases }) : text);
    return 0;
  });
