// A network that is there already.
import { Annotations, Match, Template } from 'aws-cdk-lib/assertions';
import { SecurityGroup } from 'aws-cdk-lib/aws-ec2';
import { ExistingNetwork, type ExistingNetworkProps } from '../../lib/constructs/existing-network';
import type { StageNetwork } from '../../lib/constructs/tiered-vpc';
import { inStack } from './built';

const props: ExistingNetworkProps = {
  vpcId: 'vpc-0123456789abcdef0',
  availabilityZones: ['eu-central-1a', 'eu-central-1b'],
  publicSubnetIds: ['subnet-0aaaaaaaaaaaaaaa1', 'subnet-0aaaaaaaaaaaaaaa2'],
  cloneSubnetIds: ['subnet-0bbbbbbbbbbbbbbb1', 'subnet-0bbbbbbbbbbbbbbb2'],
  dataSubnetIds: ['subnet-0ccccccccccccccc1', 'subnet-0ccccccccccccccc2'],
};

test('every id arrives in its tier and zone', () => {
  const network = inStack((stack): Record<keyof StageNetwork, unknown> => {
    const { vpc, publicSubnets, cloneSubnets, dataSubnets } = new ExistingNetwork(stack, 'Network', props);
    const [ofPublic, ofClones, ofData] = [publicSubnets, cloneSubnets, dataSubnets].map((subnets) =>
      subnets.map(({ subnetId, availabilityZone }) => [subnetId, availabilityZone]),
    );
    return { vpc: vpc.vpcId, publicSubnets: ofPublic, cloneSubnets: ofClones, dataSubnets: ofData };
  });
  expect(network).toEqual({
    vpc: 'vpc-0123456789abcdef0',
    publicSubnets: [
      ['subnet-0aaaaaaaaaaaaaaa1', 'eu-central-1a'],
      ['subnet-0aaaaaaaaaaaaaaa2', 'eu-central-1b'],
    ],
    cloneSubnets: [
      ['subnet-0bbbbbbbbbbbbbbb1', 'eu-central-1a'],
      ['subnet-0bbbbbbbbbbbbbbb2', 'eu-central-1b'],
    ],
    dataSubnets: [
      ['subnet-0ccccccccccccccc1', 'eu-central-1a'],
      ['subnet-0ccccccccccccccc2', 'eu-central-1b'],
    ],
  });
});

test('nothing is made in it, and nothing looked up', () => {
  inStack((stack) => {
    new ExistingNetwork(stack, 'Network', props);
    expect(Template.fromStack(stack).toJSON()).not.toHaveProperty('Resources');
  });
});

test('it is used without a warning', () => {
  inStack((stack) => {
    const { vpc } = new ExistingNetwork(stack, 'Network', props);
    new SecurityGroup(stack, 'Group', { vpc, description: 'Test', allowAllOutbound: false });
    Annotations.fromStack(stack).hasNoWarning('*', Match.anyValue());
    Template.fromStack(stack).hasResourceProperties('AWS::EC2::SecurityGroup', { VpcId: 'vpc-0123456789abcdef0' });
  });
});

test.each(['publicSubnetIds', 'cloneSubnetIds', 'dataSubnetIds'] as const)(
  'a zone without one of %s is refused',
  (path) => {
    const build = () =>
      inStack((stack) => new ExistingNetwork(stack, 'Network', { ...props, [path]: props[path].slice(1) }));
    expect(build).toThrow(
      new RegExp(
        `^Test/\\w+\\.${path} must be 2 subnets, one in each of availabilityZones; got: \\["[^"]+"\\]; name one subnet`,
      ),
    );
  },
);
