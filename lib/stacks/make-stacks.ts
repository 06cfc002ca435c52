// The four stacks of a stage, each given what it stands on.
import type { Construct } from 'constructs';
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

export const makeStacks = (scope: Construct, config: StageConfig, release: ReleaseDescriptor): StageStacks => {
  const network = new NetworkStack(scope, { config });
  const data = new DataStack(scope, { config, network });
  const image = new ImageStack(scope, { config, network, release });
  const fleet = new FleetStack(scope, { config, network, data, release });
  return { network, data, image, fleet };
};
