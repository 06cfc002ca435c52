// Every stage passes CDK's own validation as it would be deployed, and refers from stack to stack as it should.
import { spawnSync } from 'node:child_process';
import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { toImageLock } from '../../lib/config/image-lock';
import { type StackPart, stackName, stackParts, stageNames } from '../../lib/config/names';
import type { StageConfig } from '../../lib/config/stage-config';
import { getStages } from '../../lib/config/stages';
import { refusals } from '../../lib/refusals/rules';
import { TemplateView, type Template as ViewedTemplate } from '../../lib/refusals/template-view';
import { packApp } from '../../lib/release/pack-app';
import { context, resourcesOf, type Synthesized, synthesize, synthesizedStages } from './synthesized';

const memcached: StageConfig['objects'] = { engine: 'memcached', nodeType: 'cache.t4g.micro' };

const project = join(__dirname, '../..');

/** Runs bin/app.ts as `cdk` does, with cdk.json's context and these values. */
const runApp = (values: Record<string, string>, outdir: string, cwd = project, env: NodeJS.ProcessEnv = {}) =>
  spawnSync(process.execPath, ['--import', 'tsx', 'bin/app.ts'], {
    cwd,
    encoding: 'utf8',
    env: {
      PATH: process.env.PATH,
      CDK_OUTDIR: outdir,
      CDK_CONTEXT_JSON: JSON.stringify({ ...context, ...values }),
      ...env,
    },
  });

let release: string;
let digest: string;

/** Packed once for all: stages are of one processor. */
beforeAll(async () => {
  ({ file: release, digest } = await packApp({ folder: project, architecture: 'arm64' }));
}, 120_000);

/** The app in a folder of its own, where it may write. */
const inCopy = <T>(use: (run: (values: Record<string, string>) => ReturnType<typeof runApp>, copy: string) => T): T => {
  const copy = mkdtempSync(join(tmpdir(), 'clonekit-copy-'));
  try {
    for (const name of ['bin', 'lib', 'package.json'])
      cpSync(join(project, name), join(copy, name), { recursive: true });
    symlinkSync(join(project, 'node_modules'), join(copy, 'node_modules'));
    return use((values) => runApp({ release, ...values }, join(copy, 'out'), copy), copy);
  } finally {
    rmSync(copy, { recursive: true });
  }
};

describe('bin/app.ts', () => {
  let folder: string;

  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'clonekit-app-'));
  });
  afterAll(() => rmSync(folder, { recursive: true }));

  test('makes the stacks of every stage, valid and without a warning', () => {
    const outdir = join(folder, 'all');
    const { status, stderr } = runApp({ release }, outdir);
    expect(stderr).toBe('');
    expect(status).toBe(0);
    const { pluginReports } = JSON.parse(readFileSync(join(outdir, 'validation-report.json'), 'utf8'));
    expect(pluginReports).toMatchObject([
      { pluginName: 'CloudFormation Validate', conclusion: 'success', violations: [] },
    ]);
    const templates = readdirSync(outdir).filter((file) => file.endsWith('.template.json'));
    const expected = stageNames.flatMap((stage) => stackParts.map((part) => `${stackName(stage, part)}.template.json`));
    expect(templates.sort()).toEqual(expected.sort());
  }, 60_000);

  test('makes the stacks of one stage when it is named', () => {
    const outdir = join(folder, 'one');
    expect(runApp({ release, stage: 'small' }, outdir).status).toBe(0);
    const templates = readdirSync(outdir).filter((file) => file.endsWith('.template.json'));
    expect(templates.sort()).toEqual(stackParts.map((part) => `clonekit-small-${part}.template.json`).sort());
  }, 60_000);

  test('tells an unknown stage in one sentence and exits with 1', () => {
    const { status, stderr } = runApp({ release, stage: 'qa' }, join(folder, 'none'));
    expect(stderr).toBe('stage must be one of dev, small, prod; got: "qa"; choose one, or leave it out for all\n');
    expect(status).toBe(1);
  }, 60_000);

  test('tells a release that is not there in one sentence and exits with 1', () => {
    const { status, stderr } = runApp({ release: 'nowhere.tar.gz' }, join(folder, 'none'));
    expect(stderr).toBe(
      'release must be the path of a packed release, <digest>.tar.gz; got: nowhere.tar.gz; leave it out to pack one\n',
    );
    expect(status).toBe(1);
  }, 60_000);
});

describe('the lock of images', () => {
  const listTemplates = (copy: string): string[] =>
    readdirSync(join(copy, 'out')).filter((file) => file.endsWith('.template.json'));

  /** A copy whose stage dev does not bake on deploy. */
  const inLockedCopy: typeof inCopy = (use) =>
    inCopy((_, copy) => {
      cpSync(join(project, '.stateful-ids.json'), join(copy, '.stateful-ids.json'));
      const file = join(copy, 'lib/config/stages.ts');
      writeFileSync(file, readFileSync(file, 'utf8').replace("bake: 'on-deploy'", "bake: 'locked'"));
      // Without CDK's own validation, which takes most of the time.
      const runFast = (values: Record<string, string>) =>
        runApp({ release, stage: 'dev', ...values }, join(copy, 'out'), copy, { CDK_VALIDATION: 'false' });
      return use(runFast, copy);
    });
  const image = {
    stage: 'dev',
    region: 'eu-central-1',
    architecture: 'arm64',
    ami: 'ami-0123456789abcdef0',
    base: 'ami-0fedcba9876543210',
    commit: 'none',
    bakedAt: '2026-11-24T12:00:00.000Z',
    test: 'passed',
  } as const;

  test('without an image of the release, synth is refused with the command that bakes it', () => {
    inLockedCopy((run) => {
      expect(run({})).toMatchObject({
        status: 1,
        stderr: '.image.lock.json: image of dev must be there, got: nothing; bake it: npx clonekit bake --stage dev\n',
      });
    });
  }, 60_000);

  test('with an image of another release, synth is refused with the command that bakes this one', () => {
    inLockedCopy((run, copy) => {
      writeFileSync(join(copy, '.image.lock.json'), toImageLock([], { ...image, release: 'e'.repeat(64) }));
      const { status, stderr } = run({});
      expect(status).toBe(1);
      expect(stderr).toBe(
        `.image.lock.json: release of the image of dev must be ${digest}, got: "${'e'.repeat(64)}"; bake it: npx clonekit bake --stage dev\n`,
      );
    });
  }, 60_000);

  test('with its image, the fleet has it as a literal', () => {
    inLockedCopy((run, copy) => {
      writeFileSync(join(copy, '.image.lock.json'), toImageLock([], { ...image, release: digest }));
      expect(run({})).toMatchObject({ status: 0, stderr: '' });
      expect(readFileSync(join(copy, 'out/clonekit-dev-fleet.template.json'), 'utf8')).toContain(
        `"ImageId": "${image.ami}"`,
      );
    });
  }, 60_000);

  test('what bakes needs no lock, and makes no fleet', () => {
    inLockedCopy((run, copy) => {
      expect(run({ bake: 'true', base: image.base })).toMatchObject({ status: 0, stderr: '' });
      expect(listTemplates(copy).sort()).toEqual([
        'clonekit-dev-image.template.json',
        'clonekit-dev-network.template.json',
      ]);
      expect(readFileSync(join(copy, 'out/clonekit-dev-image.template.json'), 'utf8')).toContain(
        `"ParentImage": "${image.base}"`,
      );
    });
  }, 60_000);
});

describe('the lock of stateful ids', () => {
  const committed = readFileSync(join(project, '.stateful-ids.json'), 'utf8');

  test('written anew it is what is committed', () => {
    inCopy((run, copy) => {
      expect(run({ lock: 'true' })).toMatchObject({ status: 0 });
      expect(readFileSync(join(copy, '.stateful-ids.json'), 'utf8')).toBe(committed);
    });
  }, 60_000);

  test('a renamed construct is refused, with the mapping that moves what it holds', () => {
    inCopy((run, copy) => {
      writeFileSync(join(copy, '.stateful-ids.json'), committed);
      const file = join(copy, 'lib/stacks/data-stack.ts');
      writeFileSync(file, readFileSync(file, 'utf8').replace("new Cache(this, 'Sessions'", "new Cache(this, 'Visits'"));
      const { status, stderr } = run({ stage: 'dev' });
      expect(status).toBe(1);
      expect(stderr).toMatch(/moved-stateful-id/);
      expect(stderr).toMatch(/SessionsGroup36F2156F/);
      expect(stderr).toMatch(/VisitsGroup/);
    });
  }, 60_000);
});

test('every time of a clone’s life is printed when it is asked for', () => {
  const folder = mkdtempSync(join(tmpdir(), 'clonekit-readiness-'));
  try {
    const { stderr } = runApp({ release, stage: 'prod', readiness: 'true' }, join(folder, 'out'));
    expect(stderr).toMatch(/^clones.readyWithinSeconds +180 s +config of prod$/m);
    expect(stderr).toMatch(/^deregistration +30 s/m);
  } finally {
    rmSync(folder, { recursive: true });
  }
}, 60_000);

test('a stage with objects in Memcached is valid, and nothing of it is refused', () => {
  const config = { ...(getStages('dev')[0] as StageConfig), objects: memcached };
  const { templates } = synthesize(config, { validated: true });
  const stacks = stackParts.map((part) => ({
    name: stackName('dev', part),
    constructPath: stackName('dev', part),
    templatePath: `${stackName('dev', part)}.template.json`,
    account: undefined,
    region: config.region,
    template: templates[part] as unknown as ViewedTemplate,
  }));
  expect(resourcesOf(templates.data, 'AWS::ElastiCache::CacheCluster')).toHaveLength(1);
  expect(refusals.flatMap((rule) => rule.find(new TemplateView(stacks)))).toEqual([]);
}, 60_000);

test('an error of a rule fails the synthesis', () => {
  const [dev] = getStages('dev');
  const config = structuredClone(dev);
  if (!config) throw new Error('no dev');
  config.database.backupDays = 99;
  expect(() => synthesize(config, { validated: true })).toThrow('BackupRetentionPeriod: 99 exceeds maximum 35');
}, 60_000);

describe.each(synthesizedStages())('in %s', (_, { templates }: Synthesized) => {
  const textOf = (part: StackPart): string => JSON.stringify(templates[part]);

  test('the fleet refers to data weakly: data can change without asking it', () => {
    expect(textOf('fleet')).toContain('{"Fn::GetStackOutput":{"StackName":"clonekit-');
    expect(textOf('data')).not.toContain('"Export"');
    expect(textOf('fleet').match(/"Fn::ImportValue":"clonekit-\w+-data/g)).toBeNull();
  });

  test('every other stack refers to the network strongly: it cannot go before them', () => {
    for (const part of ['data', 'image', 'fleet'] as const) {
      expect(textOf(part)).toMatch(/"Fn::ImportValue":"clonekit-\w+-network:/);
      expect(textOf(part)).not.toMatch(/"StackName":"clonekit-\w+-network"/);
    }
  });

  test('nothing is a parameter: what is deployed is what is in the template', () => {
    for (const part of stackParts) expect(templates[part]).not.toHaveProperty('Parameters');
  });

  test('no port of a firewall rule is looked up at deploy time', () => {
    expect(textOf('network').match(/"(From|To)Port":\{/g)).toBeNull();
  });
});
