// EC2: the clones as instances, with the tags they were launched with.
import * as schemas from '@aws-sdk/client-ec2';
import { tags } from '../../config/names';
import type { Fleet } from '../fleet';
import type { Instance } from '../instance';
import { account, toHex } from '../physical';
import type { GroupPlan } from '../plan/group';
import { tagFilters, verifyFilters } from './filters';
import { templateActions } from './launch-templates';
import { toPage } from './page';
import { AwsError, type Service, select } from './service';

/** EC2's own word: it runs from its start to its end, however long the group waits for it in between. */
const toState = ({ state }: Instance): schemas.InstanceState =>
  state === 'Pending'
    ? { Code: 0, Name: 'pending' }
    : state === 'Terminating:Proceed'
      ? { Code: 32, Name: 'shutting-down' }
      : { Code: 16, Name: 'running' };

const toInstance = (instance: Instance, { plan }: Fleet): schemas.Instance => ({
  InstanceId: instance.id,
  ImageId: instance.template.imageId,
  InstanceType: plan.group.launchTemplate.instanceType as schemas._InstanceType,
  LaunchTime: instance.launchedAt,
  State: toState(instance),
  PrivateIpAddress: instance.clone?.address.host,
  Placement: { AvailabilityZone: instance.zone, Tenancy: 'default' },
  Tags: [
    ...Object.entries(instance.tags).map(([Key, Value]) => ({ Key, Value })),
    { Key: 'aws:autoscaling:groupName', Value: plan.group.name },
  ],
});

const notFound = (id: string) => new AwsError('InvalidInstanceID.NotFound', `The instance ID '${id}' does not exist`);

export const ec2: Service = {
  signingName: 'ec2',
  protocol: 'ec2',
  namespace: 'http://ec2.amazonaws.com/doc/2016-11-15/',
  schemas,
  wrongTokenCode: 'InvalidParameterValue',
  actions: {
    DescribeInstances: (input: schemas.DescribeInstancesRequest, fleet): schemas.DescribeInstancesResult => {
      const instances = [...fleet.group.instances.values()].map((instance) => toInstance(instance, fleet));
      const wanted = select(instances, input.InstanceIds, (item) => item.InstanceId, notFound);
      const fits = verifyFilters(input.Filters, {
        'instance-id': ({ InstanceId }: schemas.Instance) => [InstanceId],
        'instance-state-name': ({ State }: schemas.Instance) => [State?.Name],
        'availability-zone': ({ Placement }: schemas.Instance) => [Placement?.AvailabilityZone],
        ...tagFilters(tags.stage, tags.release, 'aws:autoscaling:groupName'),
      });
      const { items, next } = toPage(wanted.filter(fits), input.MaxResults, input.NextToken);
      return {
        Reservations: items.map((instance) => ({
          ReservationId: `r-${toHex(instance.InstanceId ?? '', 17)}`,
          OwnerId: account,
          Instances: [instance],
        })),
        NextToken: next,
      };
    },
    /** The machine is gone at once; its group finds out, and launches another. */
    TerminateInstances: (input: schemas.TerminateInstancesRequest, fleet): schemas.TerminateInstancesResult => {
      const all = [...fleet.group.instances.values()];
      const wanted = select(all, input.InstanceIds, ({ id }) => id, notFound);
      for (const { id } of wanted) fleet.group.break(id);
      return {
        TerminatingInstances: wanted.map((instance) => ({
          InstanceId: instance.id,
          PreviousState: toState(instance),
          CurrentState: { Code: 32, Name: 'shutting-down' },
        })),
      };
    },
    DescribeSubnets: (input: schemas.DescribeSubnetsRequest, fleet): schemas.DescribeSubnetsResult => {
      const all = fleet.plan.group.subnets.map((subnet) => toSubnet(subnet, fleet));
      const missing = (id: string) => new AwsError('InvalidSubnetID.NotFound', `The subnet ID '${id}' does not exist`);
      const { items, next } = toPage(
        select(all, input.SubnetIds, (subnet) => subnet.SubnetId, missing).filter(verifyFilters(input.Filters, {})),
        input.MaxResults,
        input.NextToken,
      );
      return { Subnets: items, NextToken: next };
    },
    ...templateActions,
  },
};

/** AWS keeps five addresses of each. */
const reservedAddresses = 5;

function toSubnet({ id, zone, cidr }: GroupPlan['subnets'][number], { group }: Fleet): schemas.Subnet {
  const used = [...group.instances.values()].filter((instance) => instance.zone === zone).length;
  const size = cidr === undefined ? undefined : 2 ** (32 - Number(cidr.split('/')[1]));
  return {
    SubnetId: id,
    AvailabilityZone: zone,
    CidrBlock: cidr,
    State: 'available',
    OwnerId: account,
    AvailableIpAddressCount: size === undefined ? undefined : size - reservedAddresses - used,
  };
}
