// Where images come from: the release, uploaded, and a pipeline that bakes it.
import { AssetHashType, CfnOutput } from 'aws-cdk-lib';
import { Asset } from 'aws-cdk-lib/aws-s3-assets';
import type { Construct } from 'constructs';
import { outputs, stackName, tags } from '../config/names';
import type { StageConfig } from '../config/stage-config';
import { ImagePipeline } from '../constructs/image-pipeline';
import type { ReleaseDescriptor } from '../release/descriptor';
import type { NetworkStack } from './network-stack';
import { StageStack } from './stage-stack';

export interface ImageStackProps {
  config: StageConfig;
  network: NetworkStack;
  release: ReleaseDescriptor;
  /** Literal id of the base image; the newest there is at the time of the bake when absent. */
  baseAmiId?: string;
}

/** More than clones live without being launched again, by days. */
const spareDays = 30;

export class ImageStack extends StageStack {
  readonly pipeline: ImagePipeline;

  constructor(scope: Construct, { config, network, release, baseAmiId }: ImageStackProps) {
    super(scope, 'image', config, { description: 'How the image of a clone is baked' });
    const [subnet] = network.network.cloneSubnets;
    if (!subnet) throw new Error('the network has no subnet for clones');
    this.pipeline = new ImagePipeline(this, 'Image', {
      name: stackName(config.stage, 'image'),
      architecture: config.clones.architecture,
      instanceType: config.clones.instanceTypes[0] as string,
      subnet,
      securityGroup: network.firewall.imageBuilder,
      // Named by the digest: the same release is never uploaded twice.
      archive: new Asset(this, 'Release', {
        path: release.file,
        assetHash: release.digest,
        assetHashType: AssetHashType.CUSTOM,
      }),
      digest: release.digest,
      imageTags: { [tags.stage]: config.stage, [tags.release]: release.digest },
      base: config.image.base,
      baseAmiId,
      keep: config.image.keep,
      keepUsedDays: Math.min(365, config.clones.maxLifetimeDays + spareDays),
      scan: config.image.scan,
      logKey: network.key.key,
    });
    new CfnOutput(this, outputs.image.pipelineArn, { value: this.pipeline.pipelineArn });
    new CfnOutput(this, outputs.image.release, { value: release.digest });
    new CfnOutput(this, outputs.image.base, { value: this.pipeline.parentImage });
  }
}
