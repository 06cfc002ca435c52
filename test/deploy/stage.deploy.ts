// A stage deployed, changed and destroyed by the CDK's own command, over the wire, to an AWS that nobody here wrote.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { stackName, stackParts } from '../../lib/config/names';
import type { StageConfig } from '../../lib/config/stage-config';
import { getStages } from '../../lib/config/stages';
import { type CdkOptions, cdk } from './cdk';
import { type Deployed, readDeployed } from './deployed';
import { account, listTypes, Moto, provideMoto } from './moto';
import { countKept, type Declared, readDeclared, readTemplates, typeOf } from './templates';
import { findUnknown, type Unknown } from './unknown';
import expectedUnknown from './unknown-types.json';
import { type Ran, runVerbs } from './verbs';

const [dev] = getStages('dev') as [StageConfig];
const { region } = dev;

const changes = {
  'clones.min': dev.clones.min + 1,
  'locked.ami': 'ami-0de000000000000ff',
  'database.storageGiB': dev.database.storageGiB + 10,
};

// Moto writes down exports, and gives parameters their defaults, only in this way.
const deploy = [
  ...['deploy', '--all', '--require-approval', 'never'],
  ...['--method=direct', '--no-previous-parameters'],
];

const temporary = mkdtempSync(join(tmpdir(), 'clonekit-deploy-'));
const assembly = join(temporary, 'cdk.out');
let moto: Moto | undefined;
let ran: Ran;
let unknown: Unknown;
let declared: { first: Declared; second: Declared };
let kept: Record<keyof Declared, number>;
let deployed: { first: Deployed; second: Deployed; destroyed: Deployed };

beforeAll(async () => {
  process.env.AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED ??= 'true';
  const python = await provideMoto();
  await cdk(['synth', '--quiet'], { temporary, region });
  unknown = findUnknown(readTemplates(assembly), await listTypes(python, temporary));
  moto = await Moto.start(python, unknown.standIns, temporary);
  const options: CdkOptions = { temporary, region, moto };
  await cdk(['bootstrap', `aws://${account}/${region}`], options);

  await cdk(deploy, options);
  const first = { declared: readDeclared(readTemplates(assembly)), deployed: await readDeployed(moto, region) };
  ran = await runVerbs(moto, region, temporary, assembly);
  await cdk(deploy, { ...options, changes });
  const second = { declared: readDeclared(readTemplates(assembly)), deployed: await readDeployed(moto, region) };
  kept = countKept(readTemplates(assembly));
  await cdk(['destroy', '--all', '--force'], { ...options, changes });
  const destroyed = await readDeployed(moto, region);

  declared = { first: first.declared, second: second.declared };
  deployed = { first: first.deployed, second: second.deployed, destroyed };
});

afterAll(async () => {
  await moto?.stop();
  rmSync(temporary, { recursive: true, force: true });
});

const stackNames = stackParts.map((part) => stackName('dev', part));

test('moto cannot make the types that are listed, and no others', () => {
  const { standIns, custom, skipped } = unknown;
  process.stdout.write(
    `deploy: moto stands in for ${[...standIns, ...custom].join(', ')}; leaves out ${skipped.join(', ')}\n`,
  );
  expect(unknown).toEqual(expectedUnknown);
});

test('after the first deploy every resource is there, with the values that its template declares', () => {
  const { stacks, ...resources } = deployed.first;
  expect(stacks).toEqual(['CDKToolkit', ...stackNames].map((name) => `${name} CREATE_COMPLETE`).sort());
  expect(resources).toEqual(declared.first);
  for (const what of Object.keys(typeOf) as (keyof Declared)[]) expect(resources[what]).not.toEqual([]);
});

test('what is there first is what the config of the stage says', () => {
  expect(deployed.first.groups).toMatchObject([{ min: dev.clones.min, max: dev.clones.max }]);
  expect(deployed.first.launchTemplates).toMatchObject([{ image: 'ami-0de00000000000001' }]);
  expect(deployed.first.databases[0]).toMatchObject({ class: dev.database.class, storage: dev.database.storageGiB });
});

test('after the second deploy the changed values are there', () => {
  const [primary] = deployed.second.databases;
  expect(deployed.second.groups).toMatchObject([{ min: changes['clones.min'], max: dev.clones.max }]);
  expect(deployed.second.launchTemplates).toMatchObject([{ image: changes['locked.ami'] }]);
  expect(primary).toMatchObject({ isReplica: false, storage: changes['database.storageGiB'] });
});

test('after the second deploy nothing is there but what the templates declare', () => {
  const { stacks, databases, ...resources } = deployed.second;
  const { databases: wanted, ...others } = declared.second;
  expect(stacks.map((stack) => stack.split(' ')[0])).toEqual(['CDKToolkit', ...stackNames].sort());
  expect(stacks).toContain(`${stackName('dev', 'fleet')} UPDATE_COMPLETE`);
  expect(resources).toEqual(others);
  // AWS grows a replica with its primary; moto leaves it as it was.
  expect(databases.map(({ storage: _, ...one }) => one)).toEqual(wanted.map(({ storage: _, ...one }) => one));
});

test('after a destroy nothing is left but what its policy keeps', () => {
  const { stacks, ...resources } = deployed.destroyed;
  expect(stacks).toEqual(['CDKToolkit CREATE_COMPLETE']);
  const left = Object.entries(resources).map(([what, list]) => [what, list.length]);
  expect(Object.fromEntries(left)).toEqual(kept);
});

describe('an operator of the stage that was deployed', () => {
  const json = (verb: keyof Ran) => JSON.parse(ran[verb].stdout);

  test('sees clones, databases and the figures there are, and what moto does not know as unknown', () => {
    expect(ran.status).toMatchObject({ code: 1, stderr: '' });
    expect(json('status')).toMatchObject({
      stage: 'dev',
      group: { min: dev.clones.min, max: dev.clones.max },
      clones: Array(dev.clones.min).fill({ id: expect.stringMatching(/^i-/) }),
      refresh: { unknown: expect.stringMatching(/^autoscaling:DescribeInstanceRefreshes: /) },
      database: [
        { id: 'clonekit-dev-primary', role: 'primary', class: dev.database.class },
        { id: 'clonekit-dev-replica-1', role: 'replica' },
      ],
      alarms: { alarms: [] },
    });
  });

  test('has what is deployed held to the templates, check by check', () => {
    const { holds, checks } = json('verify');
    expect([ran.verify.code, holds]).toEqual([1, false]);
    const passed = checks.filter(({ outcome }: { outcome: string }) => outcome === 'pass');
    const names = passed.map(({ name }: { name: string }) => name);
    for (const name of ['group clonekit-dev-fleet: MinSize', 'database clonekit-dev-primary: DBInstanceClass']) {
      expect(names).toContain(name);
    }
    // Moto ignores a target group's attributes; verify tells so.
    expect(checks).toContainEqual(
      expect.objectContaining({ name: expect.stringContaining('deregistration_delay'), outcome: 'fail', got: '300' }),
    );
  });

  test('is told of room and bootstrap before a deploy, and of what moto cannot tell', () => {
    const { checks } = json('preflightProd');
    expect(checks).toContainEqual(expect.objectContaining({ name: 'account', outcome: 'pass' }));
    expect(checks).toContainEqual(expect.objectContaining({ name: 'bootstrap', outcome: 'pass' }));
    expect(checks).toContainEqual(expect.objectContaining({ name: 'quota of databases', outcome: 'unknown' }));
    expect(checks).toContainEqual(expect.objectContaining({ name: 'room to roll', outcome: 'pass' }));
  });

  test('of what a stage has already nothing more must be free', () => {
    const { checks } = json('preflight');
    expect(checks).toContainEqual(expect.objectContaining({ name: 'quota of databases', outcome: 'pass' }));
    expect(checks).toContainEqual(expect.objectContaining({ name: 'certificate', outcome: 'pass' }));
  });

  test('scales, sets maintenance and unsets it, by calls that moto knows', () => {
    expect(json('dry')).toMatchObject({ dryRun: true });
    expect(json('scale')).toMatchObject({ holds: true });
    expect(json('maintenanceOn')).toMatchObject({ holds: true });
    expect(json('maintenanceTwice').touches).toEqual(['nothing: maintenance is on already']);
    expect(json('maintenanceOff').touches).toHaveLength(1);
  });

  test('leaves a line for each of these in the log group of the stage, which logs prints', () => {
    const lines = ran.audit.stdout
      .trim()
      .split('\n')
      .map((line) => JSON.parse(JSON.parse(line).text));
    const did = lines.filter(({ result }) => result === 'begins').map(({ what }) => what.split(':')[0]);
    expect(did).toEqual(['scale', 'maintenance on', 'maintenance on', 'maintenance off']);
    expect(lines[0].who).toMatch(/^arn:aws:sts::123456789012:user\/moto /);
    expect(ran.logs.code).toBe(0);
  });

  test.each([
    ['kill', 1, /must name one clone alone, got: i-/],
    ['failover', 1, /must have a standby, got: none/],
    ['promoteNone', 1, /must be one of the stage, got: other/],
    // What moto does not know it answers with a page.
    ['roll', 3, /^clonekit: AWS must answer autoscaling:DescribeInstanceRefreshes as AWS does, got: .*<html>/],
  ] as const)('%s ends with one sentence', (verb, code, sentence) => {
    expect(ran[verb]).toMatchObject({ code, stderr: expect.stringMatching(sentence) });
    expect(ran[verb].stderr.trim().split('\n')).toHaveLength(1);
  });
});
