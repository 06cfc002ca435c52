// What `cdk` runs in this test: a stage as bin/app.ts makes it, with the values changed that the test names.
import { App } from 'aws-cdk-lib';
import { getStages } from '../../lib/config/stages';
import { verifyConfig } from '../../lib/config/verify-config';
import { packRelease } from '../../lib/release/pack';
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
  const changed = structuredClone(config) as object;
  const changes: Record<string, unknown> = JSON.parse(process.env[changesVariable] ?? '{}');
  for (const [path, value] of Object.entries(changes)) change(changed, path, value);
  makeStacks(app, verifyConfig(changed), await packRelease());
  app.synth();
};

main().catch((error: unknown) => {
  console.error(error);
  process.exitCode = 1;
});
