// `bake` from its flags to the lock: what it deploys, what it bakes, and what it writes down, against a stand-in for AWS.
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { bakeCommand } from '../../lib/cli/bake-command';
import type { BakeFlags } from '../../lib/cli/flags';
import { readImageLock } from '../../lib/config/image-lock';
import { OperatorError } from '../../lib/config/operator-error';
import type { StageConfig } from '../../lib/config/stage-config';
import { getStages } from '../../lib/config/stages';
import { type Script, StandIn } from '../ops/image-builder';

const arn = 'arn:aws:imagebuilder:eu-central-1:111122223333:image/clonekit-dev-image/1.0.1/1';
const release = 'd'.repeat(64);
const base = 'ami-0fedcba9876543210';
const [dev] = structuredClone(getStages('dev')) as [StageConfig];
dev.image.bake = 'locked';

const toStack = (outputs: Record<string, string>): string => {
  const members = Object.entries(outputs).map(
    ([key, value]) => `<member><OutputKey>${key}</OutputKey><OutputValue>${value}</OutputValue></member>`,
  );
  return `<DescribeStacksResponse><DescribeStacksResult><Stacks><member><StackName>s</StackName><StackStatus>UPDATE_COMPLETE</StackStatus><Outputs>${members.join('')}</Outputs></member></Stacks></DescribeStacksResult></DescribeStacksResponse>`;
};
const outputs = { PipelineArn: 'arn:pipeline', BakedRelease: release, BaseImage: base };
const image = {
  arn,
  tags: { 'clonekit:release': release },
  dateCreated: '2026-11-24T12:00:00Z',
  state: { status: 'AVAILABLE' },
  imageRecipe: { parentImage: base },
  outputResources: { amis: [{ region: 'eu-central-1', image: 'ami-0123456789abcdef0' }] },
};
const answers: Script = {
  GetParameter: [{ body: { Parameter: { Value: base } } }],
  DescribeStacks: [{ text: toStack(outputs) }],
  ListImagePipelineImages: [{ body: { imageSummaryList: [] } }],
  StartImagePipelineExecution: [{ body: { imageBuildVersionArn: arn } }],
  GetImage: [{ body: { image } }],
};

const environment = ['AWS_ENDPOINT_URL', 'AWS_ACCESS_KEY_ID', 'AWS_SECRET_ACCESS_KEY'] as const;
const before = Object.fromEntries(environment.map((name) => [name, process.env[name]]));
let project: string;
let standIn: StandIn | undefined;
let printed: string[];
let ran: (readonly string[])[];

beforeEach(() => {
  project = mkdtempSync(join(tmpdir(), 'clonekit-bake-'));
  printed = [];
  ran = [];
});
afterEach(async () => {
  for (const name of environment) {
    if (before[name] === undefined) delete process.env[name];
    else process.env[name] = before[name];
  }
  rmSync(project, { recursive: true });
  await standIn?.stop();
});

const run = async (flags: Partial<BakeFlags> = {}, changes: Script = {}, cdk?: () => Promise<void>): Promise<void> => {
  standIn = await StandIn.start({ ...answers, ...changes });
  Object.assign(process.env, {
    AWS_ENDPOINT_URL: standIn.endpoint,
    AWS_ACCESS_KEY_ID: 'test',
    AWS_SECRET_ACCESS_KEY: 'test',
  });
  await bakeCommand(
    { stage: 'dev', deploy: true, ...flags },
    { project, env: {} },
    {
      config: dev,
      print: (line) => printed.push(line),
      cdk: async (args) => {
        ran.push(args);
        await cdk?.();
      },
      pollSeconds: 0.005,
    },
  );
};
const readLock = () => readImageLock(readFileSync(join(project, '.image.lock.json'), 'utf8'));

test('deploys what bakes with the newest base image by its id, bakes, and locks the image', async () => {
  await run();
  expect(ran).toEqual([['deploy', 'clonekit-dev-image', '-c', 'stage=dev', '-c', 'bake=true', '-c', `base=${base}`]]);
  expect(readLock()).toEqual([
    {
      stage: 'dev',
      region: 'eu-central-1',
      architecture: 'arm64',
      release,
      ami: 'ami-0123456789abcdef0',
      base,
      commit: 'none',
      bakedAt: '2026-11-24T12:00:00.000Z',
      test: 'passed',
    },
  ]);
  expect(printed.at(-1)).toBe(
    'ami-0123456789abcdef0 is locked in .image.lock.json: commit it, and deploy with: npx cdk deploy --all -c stage=dev',
  );
});

test('with --yes nobody is asked, also where rights change', async () => {
  await run({ yes: true });
  expect(ran[0]?.slice(-2)).toEqual(['--require-approval', 'never']);
});

test('with --no-deploy it bakes what is deployed', async () => {
  await run({ deploy: false });
  expect(ran).toEqual([]);
  expect(standIn?.count('GetParameter')).toBe(0);
  expect(readLock()).toMatchObject([{ base }]);
});

test('with --dry-run it says what it would do, and does nothing', async () => {
  await run({ dryRun: true });
  expect(ran).toEqual([]);
  expect(standIn?.calls.map(({ operation }) => operation)).toEqual(['GetParameter']);
  expect(printed).toEqual([
    `would run: npx cdk deploy clonekit-dev-image -c stage=dev -c bake=true -c base=${base}`,
    'would bake the release of clonekit-dev-image in eu-central-1, and lock it',
  ]);
  expect(readLock).toThrow('ENOENT');
});

test('a deploy that fails bakes nothing', async () => {
  const failed = run({}, {}, () => Promise.reject(new OperatorError('cdk deploy: must succeed')));
  await expect(failed).rejects.toThrow('cdk deploy: must succeed');
  expect(standIn?.count('StartImagePipelineExecution')).toBe(0);
});

test('a bake that fails leaves the lock as it was', async () => {
  const failed = run({}, { GetImage: [{ body: { image: { ...image, state: { status: 'FAILED' } } } }] });
  await expect(failed).rejects.toThrow(OperatorError);
  expect(readLock).toThrow('ENOENT');
});

test('who may not is told so in one sentence', async () => {
  const denied = run({}, { StartImagePipelineExecution: [{ status: 403, error: 'AccessDeniedException' }] });
  await expect(denied).rejects.toThrow(
    new OperatorError(
      'AWS refused, got: AccessDeniedException. It needs imagebuilder:StartImagePipelineExecution: have it allowed',
    ),
  );
});

test('a stack that was deployed to bake on deploy is not baked from', async () => {
  const stack = { text: toStack({ ...outputs, BaseImage: 'ssm:/newest' }) };
  await expect(run({ deploy: false }, { DescribeStacks: [stack] })).rejects.toThrow(
    'clonekit-dev-image: BaseImage must be the id of an image, got: ssm:/newest; leave out --no-deploy',
  );
});

test('a lock that is none is told before anything is deployed', async () => {
  writeFileSync(join(project, '.image.lock.json'), 'not yet');
  await expect(run()).rejects.toThrow('.image.lock.json: it must be JSON');
  expect(ran).toEqual([]);
});

test('a stage that bakes on deploy is refused', async () => {
  await expect(bakeCommand({ stage: 'dev', deploy: true }, { project, env: {} })).rejects.toThrow(
    new OperatorError(
      'dev: image.bake must be locked, got: on-deploy, which bakes with every deploy; change it in lib/config/stages.ts',
    ),
  );
});

describe('the commit', () => {
  const git = (...args: string[]): string => execFileSync('git', ['-C', project, ...args], { encoding: 'utf8' }).trim();

  beforeEach(() => {
    git('init', '--quiet');
    writeFileSync(join(project, 'source'), 'one');
    git('add', '.');
    git('-c', 'user.name=a', '-c', 'user.email=a@example.com', 'commit', '--quiet', '-m', 'one');
  });

  test('is the source’s, though the lock itself is not committed yet', async () => {
    await run();
    await standIn?.stop();
    await run();
    expect(readLock()).toMatchObject([{ commit: git('rev-parse', 'HEAD') }]);
  });

  test('has a plus where the source was changed since', async () => {
    writeFileSync(join(project, 'source'), 'two');
    await run();
    expect(readLock()).toMatchObject([{ commit: `${git('rev-parse', 'HEAD')}+` }]);
  });
});
