// Blue/green deployments of RDS: copies that really follow, and really take over.
import type * as schemas from '@aws-sdk/client-rds';
import { type Deployment, toPairs } from '../blue-green';
import type { Fleet } from '../fleet';
import { account } from '../physical';
import { verifyFilters } from './filters';
import { toPage } from './page';
import { AwsError, type Handler } from './service';

/** RDS's own names of its deployments. */
const nameForm = /^[a-zA-Z][a-zA-Z0-9]*(-[a-zA-Z0-9]+)*$/;
/** Seconds, the least that RDS takes. */
const leastTimeout = 30;

export const toDatabaseArn = (id: string, region: string): string => `arn:aws:rds:${region}:${account}:db:${id}`;

const notFound = (id: string | undefined) =>
  new AwsError('BlueGreenDeploymentNotFoundFault', `BlueGreenDeployment ${id} not found.`, 404);

function toDeployment(deployment: Deployment, { plan }: Fleet): schemas.BlueGreenDeployment {
  const { id, name, status, details, createdAt, blue } = deployment;
  const source = blue.primary && toDatabaseArn(blue.primary.plan.id, plan.region);
  const members = toPairs(deployment).map(([blue, green]) => ({
    SourceMember: toDatabaseArn(blue.plan.id, plan.region),
    TargetMember: toDatabaseArn(green.plan.id, plan.region),
    // What is said of the whole, and of no member, is that they are there.
    Status: status === 'INVALID_CONFIGURATION' || status === 'DELETING' ? 'AVAILABLE' : status,
  }));
  const isMade = status !== 'PROVISIONING' && status !== 'INVALID_CONFIGURATION';
  return {
    ...{ BlueGreenDeploymentIdentifier: id, BlueGreenDeploymentName: name, CreateTime: createdAt },
    ...{ Source: source, Target: members[0]?.TargetMember, SwitchoverDetails: members },
    Tasks: [
      { Name: 'CREATING_READ_REPLICA_OF_SOURCE', Status: isMade ? 'COMPLETED' : 'IN_PROGRESS' },
      { Name: 'CREATING_TOPOLOGY_OF_SOURCE', Status: isMade ? 'COMPLETED' : 'PENDING' },
    ],
    ...{ Status: status, StatusDetails: details },
  };
}

function getDeployment(id: string | undefined, { blueGreen }: Fleet): Deployment {
  const found = blueGreen.deployments.find((deployment) => deployment.id === id);
  if (!found) throw notFound(id);
  return found;
}

function verifyStatus({ id, status }: Deployment, ...allowed: Deployment['status'][]): void {
  if (allowed.includes(status)) return;
  throw new AwsError(
    'InvalidBlueGreenDeploymentStateFault',
    `Blue Green Deployment ${id} is in state ${status}, must be one of: ${allowed.join(', ')}.`,
  );
}

/** What a copy may differ in is what runs here anyway. */
function verifySame(what: string, wanted: string | undefined, own: string): void {
  if (wanted === undefined || wanted === own) return;
  throw new AwsError('InvalidParameterCombination', `The local twin has ${own} as ${what}, got: ${wanted}`);
}

export const blueGreenActions = {
  CreateBlueGreenDeployment: (
    input: schemas.CreateBlueGreenDeploymentRequest,
    fleet: Fleet,
  ): schemas.CreateBlueGreenDeploymentResponse => {
    const { blueGreen, databaseFleet, plan } = fleet;
    const { BlueGreenDeploymentName: name = '', Source } = input;
    if (!nameForm.test(name) || name.length > 60) {
      throw new AwsError('InvalidParameterValue', `The name of a blue/green deployment is invalid: ${name}`);
    }
    const source = fleet.databases.find((database) => toDatabaseArn(database.plan.id, plan.region) === Source);
    if (!source) throw new AwsError('DBInstanceNotFound', `DBInstance ${Source} not found.`, 404);
    if (source !== databaseFleet.current.primary) {
      throw new AwsError(
        'SourceDatabaseNotSupportedFault',
        `DB instance ${source.plan.id} can't be the source of a blue/green deployment.`,
      );
    }
    if (blueGreen.deployments.some((one) => one.name === name || one.blue === databaseFleet.current)) {
      throw new AwsError(
        'BlueGreenDeploymentAlreadyExistsFault',
        `A blue/green deployment ${name}, or one of this source, exists already.`,
      );
    }
    if (databaseFleet.statusOf(source) !== 'available') {
      throw new AwsError('InvalidDBInstanceState', `Database instance ${source.plan.id} is not in available state.`);
    }
    verifySame('engine version', input.TargetEngineVersion, source.program.version);
    verifySame('parameter group', input.TargetDBParameterGroupName, source.plan.parameterGroup);
    const made = blueGreen.create(name, { instanceClass: input.TargetDBInstanceClass });
    return { BlueGreenDeployment: toDeployment(made, fleet) };
  },
  DescribeBlueGreenDeployments: (
    input: schemas.DescribeBlueGreenDeploymentsRequest,
    fleet: Fleet,
  ): schemas.DescribeBlueGreenDeploymentsResponse => {
    const { BlueGreenDeploymentIdentifier: id } = input;
    const wanted = id === undefined ? fleet.blueGreen.deployments : [getDeployment(id, fleet)];
    const fits = verifyFilters<schemas.BlueGreenDeployment>(input.Filters, {
      'blue-green-deployment-identifier': ({ BlueGreenDeploymentIdentifier }) => [BlueGreenDeploymentIdentifier],
      'blue-green-deployment-name': ({ BlueGreenDeploymentName }) => [BlueGreenDeploymentName],
      source: ({ Source }) => [Source],
      target: ({ Target }) => [Target],
    });
    const found = wanted.map((deployment) => toDeployment(deployment, fleet)).filter(fits);
    const { items, next } = toPage(found, input.MaxRecords, input.Marker);
    return { BlueGreenDeployments: items, Marker: next };
  },
  SwitchoverBlueGreenDeployment: (
    input: schemas.SwitchoverBlueGreenDeploymentRequest,
    fleet: Fleet,
  ): schemas.SwitchoverBlueGreenDeploymentResponse => {
    const deployment = getDeployment(input.BlueGreenDeploymentIdentifier, fleet);
    verifyStatus(deployment, 'AVAILABLE', 'SWITCHOVER_FAILED');
    if ((input.SwitchoverTimeout ?? leastTimeout) < leastTimeout) {
      throw new AwsError('InvalidParameterValue', `SwitchoverTimeout must be at least ${leastTimeout}.`);
    }
    fleet.blueGreen.switchOver(deployment);
    return { BlueGreenDeployment: toDeployment(deployment, fleet) };
  },
  DeleteBlueGreenDeployment: (
    input: schemas.DeleteBlueGreenDeploymentRequest,
    fleet: Fleet,
  ): schemas.DeleteBlueGreenDeploymentResponse => {
    const deployment = getDeployment(input.BlueGreenDeploymentIdentifier, fleet);
    const ended = ['AVAILABLE', 'SWITCHOVER_COMPLETED', 'SWITCHOVER_FAILED', 'INVALID_CONFIGURATION'] as const;
    verifyStatus(deployment, ...ended);
    if (input.DeleteTarget && deployment.status === 'SWITCHOVER_COMPLETED') {
      throw new AwsError(
        'InvalidParameterCombination',
        'DeleteTarget cannot be specified for a blue/green deployment that has switched over.',
      );
    }
    fleet.blueGreen.delete(deployment, input.DeleteTarget ?? false);
    return { BlueGreenDeployment: toDeployment(deployment, fleet) };
  },
} satisfies Record<string, Handler>;
