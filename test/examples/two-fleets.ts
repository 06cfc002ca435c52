// A shop and its back office: two fleets that come and go by themselves, over the same database and sessions.
import { App, Stack, Validations } from 'aws-cdk-lib';
import { Port, SecurityGroup } from 'aws-cdk-lib/aws-ec2';
import {
  Cache,
  CacheUsers,
  cloneEnv,
  Database,
  PasswordRotations,
  ports,
  Refusals,
  ServerFleet,
  TieredVpc,
} from 'clonekit';

const app = new App();
const env = { region: 'eu-central-1' };

const data = new Stack(app, 'Data', { env });
const { vpc, cloneSubnets, dataSubnets } = new TieredVpc(data, 'Network', {
  cidr: '10.50.0.0/16',
  availabilityZones: ['eu-central-1a', 'eu-central-1b'],
  natGateways: 2,
});
const firewall = new SecurityGroup(data, 'Firewall', { vpc, description: 'Data of both', allowAllOutbound: false });
const shared = { vpc, subnets: dataSubnets, securityGroup: firewall };
const database = new Database(data, 'Database', {
  ...shared,
  name: 'shop',
  databaseName: 'shop',
  replicas: [{}],
  maxConnections: 400,
});
const cacheUsers = new CacheUsers(data, 'CacheUsers', { name: 'shop' });
const sessions = new Cache(data, 'Sessions', { ...shared, users: cacheUsers, purpose: 'sessions' });

// Makes the app's own user of the database, too.
const rotation = new SecurityGroup(data, 'Rotation', { vpc, description: 'Replaces passwords' });
firewall.connections.allowFrom(rotation, Port.tcp(ports.database), 'New passwords');
new PasswordRotations(data, 'Passwords', {
  vpc,
  subnets: cloneSubnets,
  securityGroup: rotation,
  database,
  cacheUsers,
  caches: [sessions],
});

for (const name of ['Shop', 'Office']) {
  const fleet = new ServerFleet(new Stack(app, name, { env }), 'Fleet', {
    vpc,
    cloneSubnets,
    amiId: 'ami-0a1b2c3d4e5f60001',
    https: { certificateArn: 'arn:aws:acm:eu-central-1:111122223333:certificate/00000000-0000-4000-8000-000000000001' },
    alarms: { refusedBecause: 'the shop opens next month' },
    secretArns: [database.appSecret.secretArn, cacheUsers.secret.secretArn],
    environment: {
      [cloneEnv.primary]: database.primary.instanceEndpoint.socketAddress,
      [cloneEnv.databaseSecret]: database.appSecret.secretArn,
      // Both at their most, and rolling, are twelve clones.
      [cloneEnv.poolSize]: '20',
      [cloneEnv.sessions]: sessions.address,
      [cloneEnv.cacheSecret]: cacheUsers.secret.secretArn,
    },
  });
  fleet.connections.allowTo(firewall, Port.tcp(ports.database), 'Queries');
  fleet.connections.allowTo(firewall, Port.tcp(ports.cache), 'Sessions');
}

Validations.of(app).addPlugins(new Refusals());
app.synth();
