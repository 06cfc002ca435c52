// Runs `roll` and `rollback`: starts or watches, tells how far it is, and what people noticed.
import { OperatorError } from '../config/operator-error';
import type { StageConfig } from '../config/stage-config';
import type { Aws } from '../ops/aws';
import type { TemplateReference } from '../ops/launch-template';
import { countNoticed, Probe } from '../ops/probe/probe';
import { findRunning, startRoll, watchRoll } from '../ops/roll';
import {
  getImagesOf,
  getTaggedRelease,
  prepareRelease,
  type ReleaseImage,
  rollBackRunning,
  tagRelease,
} from '../ops/rollback';
import { getStage, type Stage } from '../ops/stage';
import type { RefreshStatus } from '../ops/status/refresh';
import { toPlace } from '../ops/target';
import { type Change, change, type Outcome } from './change';
import type { RollFlags, Surroundings } from './flags';
import { operate } from './operate';
import { toProbeText } from './probe-text';
import { createProgress, type Progress, toEta } from './progress';

const toNews = ({ status, percent, left, secondsLeft }: RefreshStatus): string =>
  `${status}, ${percent} % done, ${left} left to replace${toEta(secondsLeft)}`;

/** Watches the roll to its end, with people at the load balancer when that was asked for. */
async function see(
  aws: Aws,
  stage: Stage,
  { probe: wanted, maxLost = 0 }: RollFlags,
  progress: Progress,
  begin: () => Promise<string>,
): Promise<Outcome & { readonly isRolled: boolean }> {
  const probe = wanted ? await Probe.start(stage.url) : undefined;
  try {
    const id = await begin();
    const ended = await watchRoll(aws, stage, id, (refresh) => progress(toNews(refresh)));
    const seen = await probe?.stop();
    const isGood = ended.status === 'Successful';
    const isQuiet = !seen || countNoticed(seen) <= maxLost;
    const why = ended.reason ? `: ${ended.reason}` : '';
    return {
      isRolled: isGood,
      holds: isGood && isQuiet,
      result: isGood
        ? `every clone was replaced${isQuiet ? '' : ', but people noticed'}`
        : `the roll ended as ${ended.status}${why}`,
      text: seen && toProbeText(seen),
      json: { refresh: ended, ...(seen ? { probe: seen } : {}) },
    };
  } finally {
    await probe?.stop();
  }
}

export async function rollCommand(
  release: string | undefined,
  flags: RollFlags,
  surroundings: Surroundings,
): Promise<number> {
  const watched = await operate(flags, surroundings, async (aws) => {
    const stage = await getStage(aws);
    const running = await findRunning(aws, stage);
    if (!running || flags.dryRun) return undefined;
    if (release !== undefined) {
      throw new OperatorError(
        `group ${stage.groupName}: must not be rolling, got: ${running.status}. Wait, or: npx clonekit rollback`,
      );
    }
    return await watch(aws, stage, running.id, flags);
  });
  if (watched !== undefined) return watched;
  return await change('roll', flags, surroundings, async (aws, stage) => {
    const running = await findRunning(aws, stage);
    if (running) {
      throw new OperatorError(
        `group ${stage.groupName}: must not be rolling, got: ${running.status}, ${running.percent} % done. Watch it: npx clonekit roll`,
      );
    }
    if (release === undefined) {
      return {
        touches: [`every clone of ${stage.groupName}: new ones first, of the same release, minutes each`],
        run: (progress) => see(aws, stage, flags, progress, () => startRoll(aws, stage)),
      };
    }
    const [newest] = await getImagesOf(aws, release);
    return toReleaseChange(aws, stage, newest, flags);
  });
}

/** Somebody else's, as that of a deploy: nothing is changed, and so nothing locked. */
async function watch(aws: Aws, stage: Stage, id: string, flags: RollFlags): Promise<number> {
  const print = flags.json ? () => {} : (text: string) => console.log(text);
  print(`a roll of ${toPlace(aws.target)} goes on already; it is watched`);
  const { result, text, json, holds } = await see(aws, stage, flags, createProgress(flags), async () => id);
  if (flags.json) console.log(JSON.stringify({ verb: 'roll', stage: stage.name, touches: [], holds, result, ...json }));
  if (text) print(text);
  print(result);
  return holds ? 0 : 1;
}

/** Where no stack is deployed: a new version of the template, and a roll that goes back by itself when it is bad. */
function toReleaseChange(aws: Aws, stage: Stage, image: ReleaseImage, flags: RollFlags): Change {
  if (!aws.target.endpoint) {
    throw new OperatorError(
      `release ${image.release.slice(0, 12)}: on AWS a release must be deployed, so that the stack knows it. Lock its image and deploy: npx clonekit rollback ${image.release.slice(0, 12)}`,
    );
  }
  return {
    touches: [
      `a version of the launch template with image ${image.imageId}`,
      `every clone of ${stage.groupName}: new ones first, of release ${image.release.slice(0, 12)}; back by itself when they are bad`,
    ],
    run: async (progress) => {
      const was = await getTaggedRelease(aws, stage);
      let isOfIt = false;
      try {
        const outcome = await see(aws, stage, flags, progress, async () => {
          const template: TemplateReference = await prepareRelease(aws, stage, image);
          await tagRelease(aws, stage, image.release);
          return await startRoll(aws, stage, { template });
        });
        isOfIt = outcome.isRolled;
        return outcome;
      } finally {
        // What clones are launched from then is what it was; of one that goes on nobody knows yet.
        if (!isOfIt && !(await findRunning(aws, stage))) await tagRelease(aws, stage, was);
      }
    },
  };
}

export const rollbackCommand = (
  release: string | undefined,
  flags: RollFlags,
  surroundings: Surroundings,
): Promise<number> =>
  change('rollback', flags, surroundings, async (aws, stage) => {
    const running = await findRunning(aws, stage);
    if (release === undefined) {
      if (!running) {
        throw new OperatorError(
          `group ${stage.groupName}: must be rolling, got: nothing that goes on. Name the release to go back to: npx clonekit releases`,
        );
      }
      return {
        // Whoever watches that roll sees it end.
        takesLockOf: ['roll', 'rollback'],
        touches: [
          `the roll of ${stage.groupName} that is ${running.percent} % done: its new clones are replaced by old ones`,
        ],
        run: async (progress) => {
          const how = await rollBackRunning(aws, stage, running);
          const ended = await watchRoll(aws, stage, running.id, (refresh) => progress(toNews(refresh)));
          return {
            holds: ended.status === (how === 'cancelled' ? 'Cancelled' : 'RollbackSuccessful'),
            result:
              how === 'cancelled'
                ? `the roll was cancelled (${ended.status}): where a deploy started it, the stack goes back and rolls again`
                : `the roll ended as ${ended.status}`,
            json: { refresh: ended },
          };
        },
      };
    }
    if (running) {
      throw new OperatorError(
        `group ${stage.groupName}: must not be rolling, got: ${running.status}. End that first: npx clonekit rollback`,
      );
    }
    const images = await getImagesOf(aws, release);
    if (aws.target.endpoint) return toReleaseChange(aws, stage, images[0], flags);
    const [{ getStages }, { toLockedDeploy }] = await Promise.all([
      import('../config/stages'),
      import('./locked-deploy'),
    ]);
    const [config] = getStages(stage.name) as [StageConfig];
    return toLockedDeploy(config, images, surroundings);
  });
