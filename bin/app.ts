// `cdk` runs this: choose the stage, take or pack the release, make the stacks, refuse what must not be deployed.
// Before all others: they take as long to load as what it begins.
import '../lib/functions/ahead';
import { join } from 'node:path';
import { App, Validations } from 'aws-cdk-lib';
import { findImage } from '../lib/cli/image-lock-file';
import { toTable } from '../lib/cli/table';
import { OperatorError } from '../lib/config/operator-error';
import { toReadinessTable } from '../lib/config/readiness-table';
import { getStages } from '../lib/config/stages';
import { bundleFunctions } from '../lib/functions/bundle';
import { Refusals } from '../lib/refusals/refusals';
import { writeStatefulIds } from '../lib/refusals/stateful-ids-file';
import { toReleases } from '../lib/release/for-stages';
import { makeBakery, makeStacks } from '../lib/stacks/make-stacks';

const project = join(__dirname, '..');
const lockFile = join(project, '.stateful-ids.json');

const main = async (): Promise<void> => {
  const app = new App({ analyticsReporting: false });
  const isOn = (name: string): boolean => String(app.node.tryGetContext(name)) === 'true';
  const configs = getStages(app.node.tryGetContext('stage'));
  const getRelease = toReleases({ folder: project, given: app.node.tryGetContext('release'), isHere: isOn('here') });
  await bundleFunctions();
  for (const config of configs) {
    if (isOn('readiness')) console.error(`${toTable(['time', 'value', 'follows from'], toReadinessTable(config))}\n`);
    const release = await getRelease(config.clones.architecture);
    if (isOn('bake')) makeBakery(app, config, release, app.node.tryGetContext('base'));
    else makeStacks(app, config, release, findImage(project, config, release.digest, isOn('here')));
  }
  Validations.of(app).addPlugins(new Refusals({ lockFile: isOn('lock') ? undefined : lockFile }));
  const { stacks } = app.synth();
  if (isOn('lock')) writeStatefulIds(lockFile, Object.fromEntries(stacks.map((s) => [s.stackName, s.template])));
};

main().catch((error: unknown) => {
  console.error(error instanceof OperatorError ? error.message : error);
  process.exitCode = 1;
});
