// A synthesis with our plugin, and what CDK reports of it: shared by the tests of refusals.
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { App, RemovalPolicy, Stack, Validations } from 'aws-cdk-lib';
import { CfnReplicationGroup } from 'aws-cdk-lib/aws-elasticache';
import type { Construct } from 'constructs';
import { Refusals, type RefusalsProps } from '../../lib/refusals/refusals';

/** Where a synthesis is written: a new one for every test. */
export let folder: string;

beforeEach(() => {
  // CDK's own validation takes longer than all the rest, and is not ours to test.
  process.env.CDK_VALIDATION = 'false';
  folder = mkdtempSync(join(tmpdir(), 'clonekit-refusals-'));
});

afterEach(() => {
  delete process.env.CDK_VALIDATION;
  rmSync(folder, { recursive: true });
});

export interface Report {
  error: string | undefined;
  /** `construct path: rule`, each. */
  refused: string[];
  acknowledged: string[];
}

type Told = { ruleName: string; violatingConstructs: { constructPath: string }[] };

/** What CDK says of a stack called Test: a synthesis as it is, and the report it leaves. */
export function synth(build: (stack: Stack, app: App) => void, props?: RefusalsProps): Report {
  const outdir = join(folder, 'out');
  const app = new App({ analyticsReporting: false, outdir });
  Validations.of(app).addPlugins(new Refusals(props));
  build(new Stack(app, 'Test', { env: { region: 'eu-central-1' } }), app);
  let error: string | undefined;
  try {
    app.synth();
  } catch (thrown) {
    error = (thrown as Error).message;
  }
  const { pluginReports } = JSON.parse(readFileSync(join(outdir, 'validation-report.json'), 'utf8'));
  const [report] = pluginReports as { violations?: Told[]; suppressedViolations?: Told[] }[];
  const toLines = (all: Told[] = []): string[] =>
    all.flatMap(({ ruleName, violatingConstructs }) =>
      violatingConstructs.map(({ constructPath }) => `${constructPath}: ${ruleName}`),
    );
  return { error, refused: toLines(report?.violations), acknowledged: toLines(report?.suppressedViolations) };
}

/** As small as a cache can be that breaks one rule. */
export const cacheWithToken = (scope: Construct, id = 'Cache'): CfnReplicationGroup => {
  const cache = new CfnReplicationGroup(scope, id, {
    replicationGroupDescription: 'a cache',
    authToken: 'sixteen-or-longer',
  });
  cache.applyRemovalPolicy(RemovalPolicy.RETAIN);
  return cache;
};
