// A release that never becomes ready is rolled: the roll must fail, go back by itself, and nobody must notice.
import {
  CreateLaunchTemplateVersionCommand,
  DeleteLaunchTemplateVersionsCommand,
  EC2Client,
} from '@aws-sdk/client-ec2';
import { cloneEnv } from '../../config/names';
import { OperatorError } from '../../config/operator-error';
import { getTemplateOf, getTemplateVersion, toUserData, withVariable } from '../launch-template';
import { findRunning, startRoll, watchRoll } from '../roll';
import { rollBackRunning } from '../rollback';
import { getGroup } from '../status/clones';
import type { Drill } from './drill';

/** Nobody listens there, so that such a clone never answers that it is ready. */
const nowhere = '127.0.0.1:9';

export const badRelease: Drill = {
  name: 'bad-release',
  promise: 'no clone of it gets a request, the roll goes back by itself, and nobody notices',
  allowed: { sessionsLost: 0, failedPercent: 0, staleReads: 0 },
  plan: async (aws, stage) => {
    const running = await findRunning(aws, stage);
    if (running)
      throw new OperatorError(`group ${stage.groupName}: must not be rolling, got: ${running.status}. Wait for it`);
    const template = getTemplateOf(await getGroup(aws, stage));
    const bad = withVariable(toUserData(await getTemplateVersion(aws, template)), cloneEnv.primary, nowhere);
    const ec2 = aws.of(EC2Client);
    let made: string | undefined;
    let rollId = '';
    return {
      touches: [
        `a version of launch template ${template.id} whose clones are told a database that is not there; deleted afterwards`,
        `a roll of ${stage.groupName} to it: no old clone goes before a new one is ready, and none will be`,
      ],
      inject: async () => {
        const { LaunchTemplateVersion } = await ec2.send(
          new CreateLaunchTemplateVersionCommand({
            ...{
              LaunchTemplateId: template.id,
              SourceVersion: template.version,
              VersionDescription: 'drill: bad release',
            },
            LaunchTemplateData: { UserData: Buffer.from(bad).toString('base64') },
          }),
        );
        made = String(LaunchTemplateVersion?.VersionNumber);
        rollId = await startRoll(aws, stage, { template: { id: template.id, version: made } });
      },
      heal: async (tell) => {
        const { status, reason } = await watchRoll(aws, stage, rollId, (refresh) =>
          tell(`${refresh.status}, ${refresh.percent} %`),
        );
        if (status === 'RollbackSuccessful') return;
        throw new OperatorError(
          `the roll of a bad release: must end as RollbackSuccessful, got: ${status} ${reason ?? ''}`.trim(),
        );
      },
      undo: async () => {
        const goesOn = await findRunning(aws, stage);
        if (goesOn) {
          await rollBackRunning(aws, stage, goesOn);
          await watchRoll(aws, stage, goesOn.id, () => {});
        }
        const now = getTemplateOf(await getGroup(aws, stage));
        if (made === undefined || now.version === made) return;
        await ec2.send(new DeleteLaunchTemplateVersionsCommand({ LaunchTemplateId: template.id, Versions: [made] }));
      },
    };
  },
};
