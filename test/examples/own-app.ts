// Your own app, already built, as a release: packed, baked into an image, and run by a fleet.
import { join } from 'node:path';
import { App, Stack, Validations } from 'aws-cdk-lib';
import type { ISubnet } from 'aws-cdk-lib/aws-ec2';
import { Asset } from 'aws-cdk-lib/aws-s3-assets';
import { ImagePipeline, packApp, Refusals, ServerFleet, TieredVpc } from 'clonekit';

const main = async (): Promise<void> => {
  const release = await packApp({ name: 'hello', folder: join(__dirname, 'app'), entry: 'server.cjs' });

  const app = new App();
  const stack = new Stack(app, 'Hello', { env: { region: 'eu-central-1' } });
  const { vpc, cloneSubnets } = new TieredVpc(stack, 'Network', {
    cidr: '10.40.0.0/16',
    availabilityZones: ['eu-central-1a', 'eu-central-1b'],
    natGateways: 1,
  });

  const fleet = new ServerFleet(stack, 'Fleet', {
    vpc,
    cloneSubnets,
    // What the pipeline below has baked: deploy it first, start it, and paste the id it tells.
    amiId: 'ami-0a1b2c3d4e5f60001',
    https: { refusedBecause: 'it says hello to everybody' },
    alarms: { refusedBecause: 'nobody misses it at night' },
  });
  new ImagePipeline(stack, 'Image', {
    name: 'hello',
    architecture: 'arm64',
    instanceType: 't4g.small',
    subnet: cloneSubnets[0] as ISubnet,
    securityGroup: fleet.securityGroups.clones,
    archive: new Asset(stack, 'Release', { path: release.file }),
    digest: release.digest,
    imageTags: {},
  });

  Validations.of(app).addPlugins(new Refusals());
  app.synth();
};

main();
