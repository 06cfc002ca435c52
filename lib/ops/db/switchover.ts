// `clonekit db switchover`: the green side of a blue/green deployment becomes the database, once it may.
import {
  type BlueGreenDeployment,
  DescribeDBInstancesCommand,
  paginateDescribeBlueGreenDeployments,
  paginateDescribeDBParameters,
  RDSClient,
  SwitchoverBlueGreenDeploymentCommand,
} from '@aws-sdk/client-rds';
import { OperatorError } from '../../config/operator-error';
import type { Aws } from '../aws';
import { poll } from '../poll';
import type { Stage } from '../stage';
import { readLags } from '../status/databases';
import { getInstance, verifyAvailable, type Waiting } from './instance';

/** AWS's own default: writes are stopped no longer, or it goes back. */
const timeoutSeconds = 300;
/** More than this would make writes wait for as long. */
const mostLagSeconds = 1;

export interface Switchover {
  readonly id: string;
  readonly blue: string;
  readonly green: string;
  readonly lagSeconds: number;
  /** Nobody said that its event scheduler is off; which is well where no events are. */
  readonly mayHaveEvents: boolean;
}

/** Those of which one can still become the database. */
const isThere = /^(PROVISIONING|AVAILABLE|SWITCHOVER_IN_PROGRESS|SWITCHOVER_FAILED)$/;

const nameOf = (arn = ''): string => arn.split(':').at(-1) ?? '';

async function getDeployment(aws: Aws, stage: Stage): Promise<BlueGreenDeployment> {
  for await (const { BlueGreenDeployments = [] } of paginateDescribeBlueGreenDeployments(
    { client: aws.of(RDSClient) },
    {},
  )) {
    const found = BlueGreenDeployments.find(
      ({ Source, Status = '' }) => nameOf(Source) === stage.primaryId && isThere.test(Status),
    );
    if (found) return found;
  }
  throw new OperatorError(
    `database ${stage.primaryId}: must have a blue/green deployment, got: none. Make one: aws rds create-blue-green-deployment`,
  );
}

/**
 * Events that run on both sides write twice, and green must not write by itself.
 * @returns whether nobody has said that they must not run: MySQL 8 has the scheduler on by itself
 */
async function verifyNoEvents(aws: Aws, green: string): Promise<boolean> {
  const client = aws.of(RDSClient);
  const { DBInstances } = await client.send(new DescribeDBInstancesCommand({ DBInstanceIdentifier: green }));
  const [instance] = DBInstances ?? [];
  if (instance) verifyAvailable(instance);
  const DBParameterGroupName = instance?.DBParameterGroups?.[0]?.DBParameterGroupName;
  const apply = instance?.DBParameterGroups?.[0]?.ParameterApplyStatus;
  if (apply !== undefined && apply !== 'in-sync') {
    throw new OperatorError(`database ${green}: its parameters must be in-sync, got: ${apply}. Reboot it first`);
  }
  if (!DBParameterGroupName) return true;
  for await (const { Parameters = [] } of paginateDescribeDBParameters(
    { client },
    { DBParameterGroupName, Source: 'user' },
  )) {
    const value = Parameters.find(({ ParameterName }) => ParameterName === 'event_scheduler')?.ParameterValue;
    if (value === undefined) continue;
    if (/^(on|1)$/i.test(value)) {
      throw new OperatorError(
        `database ${green}: event_scheduler must be OFF while it follows, got: ${value}. Set it in ${DBParameterGroupName}`,
      );
    }
    return false;
  }
  return true;
}

/** @throws OperatorError when there is no green side, or it may not take over yet */
export async function planSwitchover(aws: Aws, stage: Stage): Promise<Switchover> {
  const deployment = await getDeployment(aws, stage);
  const { BlueGreenDeploymentIdentifier: id = '', Status, StatusDetails } = deployment;
  // After one that failed all is as it was, and it may be tried again.
  if (Status !== 'AVAILABLE' && Status !== 'SWITCHOVER_FAILED') {
    throw new OperatorError(
      `blue/green deployment ${id}: must be AVAILABLE, got: ${Status} ${StatusDetails ?? ''}. Wait for it`,
    );
  }
  verifyAvailable(await getInstance(aws, stage, stage.primaryId));
  const green = nameOf(deployment.Target);
  const mayHaveEvents = await verifyNoEvents(aws, green);
  const lag = (await readLags(aws, [green])).get(green) ?? null;
  if (lag === null || lag < 0 || lag > mostLagSeconds) {
    const got = lag === null || lag < 0 ? 'replication that tells no lag' : `${lag} s behind`;
    throw new OperatorError(`database ${green}: must be at most ${mostLagSeconds} s behind, got: ${got}. Wait for it`);
  }
  return { id, blue: stage.primaryId, green, lagSeconds: lag, mayHaveEvents };
}

export async function switchOver(
  aws: Aws,
  stage: Stage,
  { id }: Switchover,
  { withinSeconds, onLook }: Waiting,
): Promise<void> {
  const request = { BlueGreenDeploymentIdentifier: id, SwitchoverTimeout: timeoutSeconds };
  await aws.of(RDSClient).send(new SwitchoverBlueGreenDeploymentCommand(request));
  let hasBegun = false;
  const ended = await poll<BlueGreenDeployment>(aws, {
    what: `blue/green deployment ${id}: must have switched over`,
    ask: async () => {
      const question = { BlueGreenDeploymentIdentifier: id };
      for await (const page of paginateDescribeBlueGreenDeployments({ client: aws.of(RDSClient) }, question)) {
        const [found] = page.BlueGreenDeployments ?? [];
        if (found) return found;
      }
      return { Status: 'gone' };
    },
    isDone: ({ Status }) => {
      // It is what it was until it begins, and again once it was given up.
      const isBusy = Status === 'SWITCHOVER_IN_PROGRESS';
      const isOver = !isBusy && (hasBegun || Status === 'SWITCHOVER_COMPLETED' || Status === 'gone');
      hasBegun ||= isBusy;
      return isOver;
    },
    onLook: ({ Status = 'unknown' }, seconds) => onLook?.(Status, seconds),
    withinSeconds,
    toText: ({ Status = 'unknown' }) => Status,
  });
  if (ended.Status === 'SWITCHOVER_COMPLETED') return;
  const got = [ended.Status, ended.StatusDetails].filter(Boolean).join(': ');
  throw new OperatorError(
    `blue/green deployment ${id}: must have switched over, got: ${got}. ${stage.primaryId} goes on as it was; look at its events`,
  );
}
