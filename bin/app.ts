// `cdk` runs this: choose the stage, take or pack the release, make the stacks.
import { existsSync } from 'node:fs';
import { basename } from 'node:path';
import { App } from 'aws-cdk-lib';
import { OperatorError } from '../lib/config/operator-error';
import { getStages } from '../lib/config/stages';
import type { ReleaseDescriptor } from '../lib/release/descriptor';
import { packRelease } from '../lib/release/pack';
import { makeStacks } from '../lib/stacks/make-stacks';

const toDescriptor = (file: string): ReleaseDescriptor => {
  const digest = /^([0-9a-f]{64})\.tar\.gz$/.exec(basename(file))?.[1];
  if (digest !== undefined && existsSync(file)) return { digest, file };
  throw new OperatorError(
    `release must be the path of a packed release, <digest>.tar.gz; got: ${file}; leave it out to pack one`,
  );
};

const main = async (): Promise<void> => {
  const app = new App({ analyticsReporting: false });
  const configs = getStages(app.node.tryGetContext('stage'));
  const file: string | undefined = app.node.tryGetContext('release');
  const release = file === undefined ? await packRelease() : toDescriptor(file);
  for (const config of configs) makeStacks(app, config, release);
  app.synth();
};

main().catch((error: unknown) => {
  console.error(error instanceof OperatorError ? error.message : error);
  process.exitCode = 1;
});
