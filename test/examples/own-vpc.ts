// A fleet in a network that is there already, and what its app stands on comes from elsewhere.
import { App, Stack, Validations } from 'aws-cdk-lib';
import { ExistingNetwork, Refusals, ServerFleet } from 'clonekit';

const app = new App();
const stack = new Stack(app, 'Shop', { env: { region: 'eu-central-1' } });

const network = new ExistingNetwork(stack, 'Network', {
  vpcId: 'vpc-0a1b2c3d4e5f60001',
  availabilityZones: ['eu-central-1a', 'eu-central-1b'],
  publicSubnetIds: ['subnet-0a1b2c3d4e5f60011', 'subnet-0a1b2c3d4e5f60012'],
  cloneSubnetIds: ['subnet-0a1b2c3d4e5f60021', 'subnet-0a1b2c3d4e5f60022'],
  dataSubnetIds: ['subnet-0a1b2c3d4e5f60031', 'subnet-0a1b2c3d4e5f60032'],
});

new ServerFleet(stack, 'Fleet', {
  vpc: network.vpc,
  amiId: 'ami-0a1b2c3d4e5f60001',
  https: { certificateArn: 'arn:aws:acm:eu-central-1:111122223333:certificate/00000000-0000-4000-8000-000000000001' },
  alarms: { refusedBecause: 'the shop opens next month' },
});

Validations.of(app).addPlugins(new Refusals());
app.synth();
