// EC2: the clones as instances, with the tags they were launched with.
import * as schemas from '@aws-sdk/client-ec2';
import type { Fleet } from '../fleet';
import type { Instance } from '../instance';
import { account, toHex } from '../physical';
import { AwsError, refuseFilters, type Service, select } from './service';

/** EC2's own word: it runs from its start to its end, however long the group waits for it in between. */
const toState = ({ state }: Instance): schemas.InstanceState =>
  state === 'Pending'
    ? { Code: 0, Name: 'pending' }
    : state === 'Terminating:Proceed'
      ? { Code: 32, Name: 'shutting-down' }
      : { Code: 16, Name: 'running' };

const toInstance = (instance: Instance, { plan }: Fleet): schemas.Instance => ({
  InstanceId: instance.id,
  ImageId: plan.group.launchTemplate.imageId,
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
  actions: {
    DescribeInstances: (input: schemas.DescribeInstancesRequest, fleet): schemas.DescribeInstancesResult => {
      refuseFilters(input.Filters);
      const instances = [...fleet.group.instances.values()].map((instance) => toInstance(instance, fleet));
      return {
        Reservations: select(instances, input.InstanceIds, (item) => item.InstanceId, notFound).map((instance) => ({
          ReservationId: `r-${toHex(instance.InstanceId ?? '', 17)}`,
          OwnerId: account,
          Instances: [instance],
        })),
      };
    },
  },
};
