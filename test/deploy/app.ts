// What `cdk` runs in this test: a stage as bin/app.ts makes it, with the values changed that the test names.
import { join } from 'node:path';
import { App } from 'aws-cdk-lib';
import type { StageConfig } from '../../lib/config/stage-config';
import { getStages } from '../../lib/config/stages';
import { verifyConfig } from '../../lib/config/verify-config';
import { packApp } from '../../lib/release/pack-app';
import { makeStacks } from '../../lib/stacks/make-stacks';

/** Environment variable: JSON, a value for each changed path of the config, e.g. `{"clones.max": 6}`. */
const changesVariable = 'CLONEKIT_TEST_CHANGES';

const change = (config: object, path: string, value: unknown): void => {
  const names = path.split('.');
  const last = names.pop() as string;
  const place = names.reduce<object>((outer, name) => outer[name as keyof object], config);
  // A misspelled path must not look like a change that did nothing.
  if (!(last in place)) throw new Error(`${path} is not in the config of the stage`);
  Object.assign(place, { [last]: value });
};

const main = async (): Promise<void> => {
  const app = new App({ analyticsReporting: false });
  const [config] = getStages(app.node.getContext('stage'));
  // An image by its id, as `clonekit bake` locks it: moto has no Fn::GetStackOutput, by which a baked one is referred to.
  const locked = { ami: 'ami-0de00000000000001', base: 'ami-0de00000000000002' };
  const changed = structuredClone({ ...config, locked }) as StageConfig & { locked: typeof locked };
  changed.image.bake = 'locked';
  const changes: Record<string, unknown> = JSON.parse(process.env[changesVariable] ?? '{}');
  for (const [path, value] of Object.entries(changes)) change(changed, path, value);
  const { locked: image, ...rest } = changed;
  const verified = verifyConfig(rest);
  const { architecture } = verified.clones;
  makeStacks(app, verified, await packApp({ folder: join(__dirname, '../..'), architecture }), image);
  app.synth();
};

main().catch((error: unknown) => {
  console.error(error);
  process.exitCode = 1;
});
