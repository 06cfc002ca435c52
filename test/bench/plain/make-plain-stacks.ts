// The stage `dev` as somebody who knows the CDK well writes it by hand: the same resources, nothing of clonekit.
import type { App, StackProps } from 'aws-cdk-lib';
import { DataStack } from './data';
import { FleetStack } from './fleet';
import { ImageStack, version } from './image';
import { NetworkStack } from './network';

export interface PlainFiles {
  /** Path of a packed release, `<digest>.tar.gz`. */
  readonly release: string;
  /** Folder of a folder per function, each with an `index.js`. */
  readonly functions: string;
}

export const makePlainStacks = (app: App, { release, functions }: PlainFiles): void => {
  const toProps = (description: string): StackProps => ({
    description,
    env: { region: 'eu-central-1' },
    tags: { 'clonekit:stage': 'dev' },
  });
  const network = new NetworkStack(app, 'clonekit-dev-network', toProps('Network, firewall, key and logs'));
  const data = new DataStack(app, 'clonekit-dev-data', {
    ...toProps('Database, caches and pictures'),
    network,
    functions,
  });
  const { imageId } = new ImageStack(app, 'clonekit-dev-image', {
    ...toProps('How the image of a clone is baked'),
    network,
    release,
  });
  new FleetStack(app, 'clonekit-dev-fleet', {
    ...toProps('Load balancer and clones'),
    network,
    data,
    release,
    imageId,
    recipeVersion: version,
  });
};
