// Two caches and who may log in to them, for servers that are none of ours.
import { App, RemovalPolicy, Stack, Validations } from 'aws-cdk-lib';
import { Port, SecurityGroup } from 'aws-cdk-lib/aws-ec2';
import { Cache, CacheUsers, ExistingNetwork, ports, Refusals } from 'clonekit';

const app = new App();
const stack = new Stack(app, 'Caches', { env: { region: 'eu-central-1' } });

const { vpc, dataSubnets } = new ExistingNetwork(stack, 'Network', {
  vpcId: 'vpc-0a1b2c3d4e5f60001',
  availabilityZones: ['eu-central-1a', 'eu-central-1b'],
  publicSubnetIds: ['subnet-0a1b2c3d4e5f60011', 'subnet-0a1b2c3d4e5f60012'],
  cloneSubnetIds: ['subnet-0a1b2c3d4e5f60021', 'subnet-0a1b2c3d4e5f60022'],
  dataSubnetIds: ['subnet-0a1b2c3d4e5f60031', 'subnet-0a1b2c3d4e5f60032'],
});
const servers = SecurityGroup.fromSecurityGroupId(stack, 'Servers', 'sg-0a1b2c3d4e5f60001');
const securityGroup = new SecurityGroup(stack, 'Firewall', { vpc, description: 'Caches', allowAllOutbound: false });
securityGroup.connections.allowFrom(servers, Port.tcp(ports.cache), 'Sessions and objects');

const removalPolicy = RemovalPolicy.RETAIN;
const users = new CacheUsers(stack, 'Users', { name: 'shop', removalPolicy });
const shared = { subnets: dataSubnets, securityGroup, users, removalPolicy };
new Cache(stack, 'Sessions', { ...shared, purpose: 'sessions', nodeType: 'cache.m7g.large', durability: 'sync' });
new Cache(stack, 'Objects', { ...shared, purpose: 'objects', nodeType: 'cache.t4g.small' });

Validations.of(app).addPlugins(new Refusals());
app.synth();
