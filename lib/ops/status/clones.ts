// The clones of a stage: what the load balancer says of each, what it runs and how old it is.
import {
  AutoScalingClient,
  type AutoScalingGroup,
  paginateDescribeAutoScalingGroups,
} from '@aws-sdk/client-auto-scaling';
import { DescribeInstancesCommand, EC2Client, type Instance } from '@aws-sdk/client-ec2';
import {
  DescribeTargetHealthCommand,
  ElasticLoadBalancingV2Client,
  type TargetHealthDescription,
} from '@aws-sdk/client-elastic-load-balancing-v2';
import { tags } from '../../config/names';
import { OperatorError } from '../../config/operator-error';
import type { Aws } from '../aws';
import { isUnknown, type Part, readPart, type Unknown } from '../part';
import type { Stage } from '../stage';

export interface GroupStatus {
  readonly min: number;
  readonly desired: number;
  readonly max: number;
}

export interface CloneStatus {
  readonly id: string;
  /** ELB's word: healthy, unhealthy, initial, draining; `unused` while it is not in the target group, `unknown` where that may not be read. */
  readonly health: string;
  /** Why it is not healthy. */
  readonly reason?: string;
  /** Auto Scaling's word, e.g. InService. */
  readonly state: string;
  readonly release: string | null;
  /** ISO 8601, UTC. */
  readonly startedAt: string | null;
  readonly zone: string | null;
}

/** What a stage has of clones; what may not be read of it says why. */
export interface Clones {
  readonly group: Part<GroupStatus>;
  readonly clones: Part<readonly CloneStatus[]>;
  /** Of what clones themselves are: null where their release and age are in the list. */
  readonly instances: Unknown | null;
}

/** @throws OperatorError when there is no such group */
export async function getGroup(aws: Aws, { groupName }: Stage): Promise<AutoScalingGroup> {
  const pages = paginateDescribeAutoScalingGroups(
    { client: aws.of(AutoScalingClient) },
    { AutoScalingGroupNames: [groupName] },
  );
  for await (const { AutoScalingGroups = [] } of pages) if (AutoScalingGroups[0]) return AutoScalingGroups[0];
  throw new OperatorError(`group ${groupName}: must be there, got: none. Deploy the fleet stack again`);
}

export const toGroupStatus = (group: AutoScalingGroup): GroupStatus => ({
  min: group.MinSize ?? 0,
  desired: group.DesiredCapacity ?? 0,
  max: group.MaxSize ?? 0,
});

const readHealth = async (aws: Aws, { targetGroupArn }: Stage): Promise<TargetHealthDescription[]> => {
  const question = new DescribeTargetHealthCommand({ TargetGroupArn: targetGroupArn });
  return (await aws.of(ElasticLoadBalancingV2Client).send(question)).TargetHealthDescriptions ?? [];
};

/** By ids alone: no ids would mean every instance of the account. */
async function readInstances(aws: Aws, InstanceIds: string[]): Promise<Instance[]> {
  if (InstanceIds.length === 0) return [];
  const { Reservations = [] } = await aws.of(EC2Client).send(new DescribeInstancesCommand({ InstanceIds }));
  return Reservations.flatMap(({ Instances = [] }) => Instances);
}

export async function readClones(aws: Aws, stage: Stage): Promise<Clones> {
  const [group, health] = await Promise.all([
    readPart(() => getGroup(aws, stage)),
    readPart(() => readHealth(aws, stage)),
  ]);
  if (isUnknown(group)) return { group, clones: group, instances: null };
  const members = group.Instances ?? [];
  const instances = await readPart(() =>
    readInstances(
      aws,
      members.flatMap(({ InstanceId }) => InstanceId ?? []),
    ),
  );
  const clones = members.map((member): CloneStatus => {
    const id = member.InstanceId ?? '';
    const instance = isUnknown(instances) ? undefined : instances.find(({ InstanceId }) => InstanceId === id);
    return {
      id,
      ...toHealth(id, health),
      state: member.LifecycleState ?? 'unknown',
      release: instance?.Tags?.find(({ Key }) => Key === tags.release)?.Value ?? null,
      startedAt: instance?.LaunchTime?.toISOString() ?? null,
      zone: member.AvailabilityZone ?? null,
    };
  });
  return { group: toGroupStatus(group), clones, instances: isUnknown(instances) ? instances : null };
}

function toHealth(id: string, health: Part<TargetHealthDescription[]>): Pick<CloneStatus, 'health' | 'reason'> {
  if (isUnknown(health)) return { health: 'unknown', reason: health.unknown };
  const found = health.find(({ Target }) => Target?.Id === id)?.TargetHealth;
  return { health: found?.State ?? 'unused', ...(found?.Description ? { reason: found.Description } : {}) };
}
