// Your own app, already built, as a release: packed, baked into an image, and run by a fleet.
import { join } from 'node:path';
import { App, Stack, Validations } from 'aws-cdk-lib';
import { type ISubnet, Peer, Port, SecurityGroup } from 'aws-cdk-lib/aws-ec2';
import { Asset } from 'aws-cdk-lib/aws-s3-assets';
import { ImagePipeline, packApp, Refusals, ServerFleet, TieredVpc } from 'clonekit';

const main = async (): Promise<void> => {
  const release = await packApp({ folder: join(__dirname, 'app'), architecture: 'arm64' });

  const app = new App();
  const stack = new Stack(app, 'Hello', { env: { region: 'eu-central-1' } });
  const { vpc, cloneSubnets } = new TieredVpc(stack, 'Network', {
    cidr: '10.40.0.0/16',
    availabilityZones: ['eu-central-1a', 'eu-central-1b'],
    natGateways: 1,
  });

  const baking = new SecurityGroup(stack, 'Baking', { vpc, description: 'Bakes images', allowAllOutbound: false });
  baking.addEgressRule(Peer.anyIpv4(), Port.tcp(443), 'The API of AWS');
  const image = new ImagePipeline(stack, 'Image', {
    name: 'hello',
    architecture: 'arm64',
    instanceType: 't4g.small',
    subnet: cloneSubnets[0] as ISubnet,
    securityGroup: baking,
    archive: new Asset(stack, 'Release', { path: release.file }),
    digest: release.digest,
    imageTags: {},
  });
  new ServerFleet(stack, 'Fleet', {
    vpc,
    cloneSubnets,
    // Every deploy of another release bakes and tests its image first, and rolls the fleet to it.
    amiId: image.bakeOnDeploy(),
    https: { refusedBecause: 'it says hello to everybody' },
    alarms: { refusedBecause: 'nobody misses it at night' },
  });

  Validations.of(app).addPlugins(new Refusals());
  app.synth();
};

main();
