// `clonekit db failover`: the standby of the primary takes over, by a restart that AWS calls a reboot with failover.
import { RDSClient, RebootDBInstanceCommand } from '@aws-sdk/client-rds';
import { OperatorError } from '../../config/operator-error';
import type { Aws } from '../aws';
import type { Stage } from '../stage';
import { fromNow, readMessages } from './events';
import { getInstance, verifyAvailable, type Waiting, waitForInstance } from './instance';

/** @throws OperatorError when there is no standby, or the primary is busy */
export async function verifyCanFailOver(aws: Aws, stage: Stage): Promise<void> {
  const instance = await getInstance(aws, stage, stage.primaryId);
  if (!instance.MultiAZ) {
    throw new OperatorError(
      `database ${stage.primaryId}: must have a standby, got: none (database.multiAz is refused). Promote a replica: npx clonekit db promote ${stage.replicaIds[0] ?? ''}`.trimEnd(),
    );
  }
  verifyAvailable(instance);
}

/** Whether RDS has told of a failover that was completed since. @throws OperatorError when it told that there will be none */
async function isFailedOver(aws: Aws, id: string, since: Date): Promise<boolean> {
  const said = await readMessages(aws, id, since);
  const refused = said.find((message) =>
    /(isn't|not) attempting|failover.*(failed|cancel)|did not catch up/i.test(message),
  );
  if (refused) {
    throw new OperatorError(`database ${id}: its standby must take over, got: ${refused} Try again later`);
  }
  return said.some((message) => /failover (has )?completed/i.test(message));
}

export async function failOver(aws: Aws, stage: Stage, waiting: Waiting): Promise<void> {
  const since = fromNow();
  const reboot = new RebootDBInstanceCommand({ DBInstanceIdentifier: stage.primaryId, ForceFailover: true });
  await aws.of(RDSClient).send(reboot);
  await waitForInstance(aws, stage, stage.primaryId, () => isFailedOver(aws, stage.primaryId, since), waiting);
}
