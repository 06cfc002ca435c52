// `clonekit db failover`: the standby of the primary takes over, by a restart that AWS calls a reboot with failover.
import { DescribeEventsCommand, RDSClient, RebootDBInstanceCommand } from '@aws-sdk/client-rds';
import { OperatorError } from '../../config/operator-error';
import type { Aws } from '../aws';
import type { Stage } from '../stage';
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
async function isFailedOver(aws: Aws, SourceIdentifier: string, StartTime: Date): Promise<boolean> {
  const question = { SourceIdentifier, SourceType: 'db-instance', StartTime } as const;
  const { Events = [] } = await aws.of(RDSClient).send(new DescribeEventsCommand(question));
  const said = Events.map(({ Message = '' }) => Message);
  const refused = said.find((message) =>
    /(isn't|not) attempting|failover.*(failed|cancel)|did not catch up/i.test(message),
  );
  if (refused) {
    throw new OperatorError(
      `database ${SourceIdentifier}: its standby must take over, got: ${refused} Try again later`,
    );
  }
  return said.some((message) => /failover (has )?completed/i.test(message));
}

export async function failOver(aws: Aws, stage: Stage, waiting: Waiting): Promise<void> {
  // Clocks differ: what AWS dates a little earlier is of this failover, too.
  const since = new Date(Date.now() - 5000);
  const reboot = new RebootDBInstanceCommand({ DBInstanceIdentifier: stage.primaryId, ForceFailover: true });
  await aws.of(RDSClient).send(reboot);
  await waitForInstance(aws, stage, stage.primaryId, () => isFailedOver(aws, stage.primaryId, since), waiting);
}
