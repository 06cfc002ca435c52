// Every stage, judged by cdk-nag's packs: nothing is left open, and nothing is acknowledged that is not there.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { App, Stack, Validations } from 'aws-cdk-lib';
import { CfnSecurityGroup } from 'aws-cdk-lib/aws-ec2';
import { Construct } from 'constructs';
import { stageNames } from '../../lib/config/names';
import type { StageConfig } from '../../lib/config/stage-config';
import { getStages } from '../../lib/config/stages';
import { makeStacks } from '../../lib/stacks/make-stacks';
import { context, digest } from '../stacks/synthesized';
import { type Judgement, judge } from './nag';

/** More than that in prod and they are no exceptions. Elsewhere a stage's config refuses more, with its reasons. */
const most = 30;

/** One rule at one place is one acknowledgement, with one reason, however many packs have that rule. */
const countPlaces = (acknowledged: Judgement['used']): number =>
  new Set(acknowledged.map(({ path, rule }) => `${path} ${rule.replace(/^[\w.]+?-/, '')}`)).size;

const folders: string[] = [];

const createFolder = (): string => {
  const folder = mkdtempSync(join(tmpdir(), 'clonekit-nag-'));
  folders.push(folder);
  return folder;
};

const judgeStage = (stage: string): Judgement => judgeConfigs(getStages(stage));

const judgeConfigs = (configs: readonly StageConfig[]): Judgement => {
  const folder = createFolder();
  const file = join(folder, `${digest}.tar.gz`);
  writeFileSync(file, 'a release');
  const app = new App({ analyticsReporting: false, context, outdir: join(folder, 'out') });
  for (const config of configs) makeStacks(app, config, { digest, file });
  app.synth();
  return judge(app);
};

beforeAll(() => {
  // The CDK's own validation runs in make-stacks.test.ts.
  process.env.CDK_VALIDATION = 'false';
});

afterAll(() => {
  for (const folder of folders) rmSync(folder, { recursive: true, force: true });
});

describe.each([...stageNames])('stage %s', (stage) => {
  let judgement: Judgement;

  beforeAll(() => {
    judgement = judgeStage(stage);
    const { left, used, unused } = judgement;
    process.stdout.write(
      `nag ${stage}: ${countPlaces([...used, ...unused])} acknowledgements, ${used.length + unused.length} counted once for each of four packs, ${left.length} findings left\n`,
    );
  });

  test('every finding of every pack is mended or acknowledged', () => {
    expect(judgement.resources).toBeGreaterThan(50);
    expect(judgement.left.map(({ rule, path, says }) => `${rule} at ${path}: ${says}`)).toEqual([]);
  });

  test('every acknowledgement answers a finding', () => {
    expect(judgement.unused.map(({ rule, path }) => `${rule} at ${path}`)).toEqual([]);
  });

  test('every acknowledgement gives a reason of at least three words', () => {
    const short = judgement.used.filter(({ reason }) => reason.trim().split(/\s+/).length < 3);
    expect(short.map(({ rule, path, reason }) => `${rule} at ${path}: ${reason}`)).toEqual([]);
  });

  test('no acknowledgement is for a whole stack, where it would hide what comes later', () => {
    expect(judgement.used.filter(({ isAtStack }) => isAtStack).map(({ rule, path }) => `${rule} at ${path}`)).toEqual(
      [],
    );
  });
});

test('with objects in Memcached, too, every finding is mended or acknowledged, and no more than that', () => {
  const [dev] = getStages('dev') as [StageConfig];
  const { left, unused } = judgeConfigs([{ ...dev, objects: { engine: 'memcached', nodeType: 'cache.t4g.micro' } }]);
  expect(left.map(({ rule, path, says }) => `${rule} at ${path}: ${says}`)).toEqual([]);
  expect(unused.map(({ rule, path }) => `${rule} at ${path}`)).toEqual([]);
});

test(`prod has fewer than ${most} acknowledgements, of one rule at one place each`, () => {
  expect(countPlaces(judgeStage('prod').used)).toBeLessThan(most);
});

describe('the judge itself', () => {
  const rule = 'AwsSolutions-EC23';

  /** A security group open to the world, in a construct of its own. */
  const judgeOpenGroup = (acknowledged: readonly string[]): Judgement => {
    const app = new App({ analyticsReporting: false, outdir: createFolder() });
    const above = new Construct(new Stack(app, 'Stack'), 'Above');
    const securityGroupIngress = [{ ipProtocol: 'tcp', fromPort: 80, toPort: 80, cidrIp: '0.0.0.0/0' }];
    new CfnSecurityGroup(above, 'Group', { groupDescription: 'open', securityGroupIngress });
    for (const id of acknowledged) Validations.of(above).acknowledge({ id, reason: 'only for this test' });
    return judge(app);
  };

  const toRules = (list: readonly { rule: string }[]): string[] => list.map((one) => one.rule);

  test('finds what nobody acknowledged', () => {
    expect(toRules(judgeOpenGroup([]).left)).toContain(rule);
  });

  test('lets go of what is acknowledged at the construct above, and of nothing else', () => {
    const before = judgeOpenGroup([]);
    const { left, used, unused } = judgeOpenGroup([rule]);
    expect(toRules(left)).toEqual(toRules(before.left).filter((one) => one !== rule));
    expect([toRules(used), unused]).toEqual([[rule], []]);
  });

  test.each([
    ['what is not found', 'AwsSolutions-S1'],
    ['an id with a namespace, which no pack reads', `AwsSolutions::${rule}`],
  ])('tells an acknowledgement of %s as unused', (_, id) => {
    const { left, unused } = judgeOpenGroup([id]);
    expect(toRules(unused)).toEqual([id]);
    expect(toRules(left)).toContain(rule);
  });
});
