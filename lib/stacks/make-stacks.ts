// The four stacks of a stage, each given what it stands on; or only those that bake its image.
import type { Construct } from 'constructs';
import type { LockedImage } from '../config/image-lock';
import type { StageConfig } from '../config/stage-config';
import type { ReleaseDescriptor } from '../release/descriptor';
import { DataStack } from './data-stack';
import { FleetStack } from './fleet-stack';
import { ImageStack } from './image-stack';
import { NetworkStack } from './network-stack';

export interface StageStacks {
  network: NetworkStack;
  data: DataStack;
  image: ImageStack;
  fleet: FleetStack;
}

/** @param locked the image of a stage that bakes none on deploy, and only of such a stage */
export const makeStacks = (
  scope: Construct,
  config: StageConfig,
  release: ReleaseDescriptor,
  locked?: Pick<LockedImage, 'ami' | 'base'>,
): StageStacks => {
  const isLocked = config.image.bake === 'locked';
  if (isLocked !== (locked !== undefined)) throw new Error(`${config.stage}: image.bake and the lock disagree`);
  const network = new NetworkStack(scope, { config });
  const data = new DataStack(scope, { config, network });
  // The base it was baked into, so that the recipe there is stays as it is.
  const image = new ImageStack(scope, { config, network, release, baseAmiId: locked?.base });
  const fleet = new FleetStack(scope, {
    ...{ config, network, data, release },
    image: locked
      ? { amiId: locked.ami }
      : { amiId: image.pipeline.bakeOnDeploy(), recipeVersion: image.pipeline.recipeVersion },
  });
  return { network, data, image, fleet };
};

/** What a bake takes: a fleet would need the image that is not there yet. */
export const makeBakery = (
  scope: Construct,
  config: StageConfig,
  release: ReleaseDescriptor,
  baseAmiId: string | undefined,
): Pick<StageStacks, 'network' | 'image'> => {
  const network = new NetworkStack(scope, { config });
  return { network, image: new ImageStack(scope, { config, network, release, baseAmiId }) };
};
