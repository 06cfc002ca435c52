// Runs the verbs of `db`.
import { failOver, verifyCanFailOver } from '../ops/db/failover';
import { isWithin, readReplicaLags } from '../ops/db/lag';
import { planPromotion, promote } from '../ops/db/promote';
import { planSwitchover, switchOver } from '../ops/db/switchover';
import { getStage } from '../ops/stage';
import { change } from './change';
import type { ChangeFlags, ShowFlags, Surroundings } from './flags';
import { operate } from './operate';
import type { Progress } from './progress';
import { toTable } from './table';
import { show } from './watch';

const withinSeconds = 3600;
const tell =
  (progress: Progress, what: string) =>
  (status: string, seconds: number): void =>
    progress(`${what}: ${status.toLowerCase()}, after ${Math.floor(seconds)} s`);

/** 0 when every replica is near enough. */
export const lagCommand = (flags: ShowFlags & { readonly most: number }, surroundings: Surroundings): Promise<number> =>
  operate(flags, surroundings, async (aws) => {
    const stage = await getStage(aws);
    return await show(flags, async () => {
      const lags = await readReplicaLags(aws, stage);
      const holds = lags.every((lag) => isWithin(lag, flags.most));
      const rows = lags.map(({ id, status, seconds }) => [
        id,
        status,
        seconds === null ? 'not replicating' : `${seconds} s`,
      ]);
      const text = lags.length > 0 ? toTable(['replica', 'status', 'behind'], rows) : 'no replicas';
      return {
        text: flags.json ? JSON.stringify({ stage: stage.name, holds, replicas: lags }) : text,
        code: holds ? 0 : 1,
      };
    });
  });

export const promoteCommand = (
  id: string,
  flags: ChangeFlags & { readonly lossy?: boolean },
  surroundings: Surroundings,
): Promise<number> =>
  change('db promote', flags, surroundings, async (aws, stage) => {
    const promotion = await planPromotion(aws, stage, id, flags.lossy ?? false);
    return {
      touches: [
        `${id}: stops following ${promotion.source} for good and takes writes; it is ${promotion.lagSeconds ?? '?'} s behind`,
        'it restarts, for a minute or some; clones go on writing to the old primary until they are deployed with the new one',
      ],
      run: async (progress) => {
        await promote(aws, stage, promotion, { withinSeconds, onLook: tell(progress, id) });
        return `${id} is a primary of its own; to send writes there, change the stack, and make a new replica`;
      },
    };
  });

export const failoverCommand = (flags: ChangeFlags, surroundings: Surroundings): Promise<number> =>
  change('db failover', flags, surroundings, async (aws, stage) => {
    await verifyCanFailOver(aws, stage);
    return {
      touches: [
        `${stage.primaryId}: its standby takes over; nothing is written for one to two minutes, nothing is lost`,
      ],
      run: async (progress) => {
        await failOver(aws, stage, { withinSeconds, onLook: tell(progress, stage.primaryId) });
        return `${stage.primaryId} runs where its standby was`;
      },
    };
  });

export const switchoverCommand = (flags: ChangeFlags, surroundings: Surroundings): Promise<number> =>
  change('db switchover', flags, surroundings, async (aws, stage) => {
    const switchover = await planSwitchover(aws, stage);
    return {
      touches: [
        `${switchover.green} becomes ${switchover.blue}, ${switchover.lagSeconds} s behind; writes wait, a minute as a rule and five at most, or it goes back`,
        `${switchover.blue} stays as it was under another name; the stack then differs from what is there`,
        ...(switchover.mayHaveEvents
          ? [`event_scheduler is not set, and so on: events of the schema, where there are any, run on both sides`]
          : []),
      ],
      run: async (progress) => {
        await switchOver(aws, stage, switchover, { withinSeconds, onLook: tell(progress, switchover.id) });
        return `${switchover.green} is ${switchover.blue} now; delete the deployment once the old one is not needed`;
      },
    };
  });
