// `rollback RELEASE` on AWS to its end: the lock of an earlier commit, and the CDK's own deploy of it, to moto.
import { mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { CloudFormationClient, GetTemplateCommand } from '@aws-sdk/client-cloudformation';
import { readImageLockFile } from '../../lib/cli/image-lock-file';
import { toLockedDeploy } from '../../lib/cli/locked-deploy';
import type { StageConfig } from '../../lib/config/stage-config';
import { getStages } from '../../lib/config/stages';
import { LockedProject, newer, older, toImage } from '../cli/locked';
import { project } from '../policy/python';
import { toAwsEnv } from './cdk';
import { account, Moto, provideMoto } from './moto';

const [prod] = getStages('prod') as [StageConfig];
const { region } = prod;
const locked: StageConfig = { ...prod, image: { ...prod.image, bake: 'locked' } };

/** In the place of bin/app.ts: a fleet stack that only tells what it was given. */
const app = `
const { readFileSync } = require('node:fs');
const { App, CfnOutput, CfnWaitConditionHandle, Stack } = require('aws-cdk-lib');
const app = new App({ analyticsReporting: false });
const given = (name) => app.node.tryGetContext(name);
const stack = new Stack(app, 'clonekit-' + given('stage') + '-fleet', { env: { account: '${account}', region: '${region}' } });
if (given('fails')) throw new Error('this deploy was to fail');
new CfnWaitConditionHandle(stack, 'Nothing');
new CfnOutput(stack, 'Release', { value: given('release') });
new CfnOutput(stack, 'Image', { value: JSON.parse(readFileSync('.image.lock.json')).images[0].ami });
app.synth();
`;

let at: LockedProject;
let home: string;
let moto: Moto;
let env: NodeJS.ProcessEnv;
const homeBefore = process.env.CLONEKIT_HOME;

beforeAll(async () => {
  home = realpathSync(mkdtempSync(join(tmpdir(), 'clonekit-rollback-')));
  process.env.CLONEKIT_HOME = home;
  mkdirSync(join(home, 'releases'));
  writeFileSync(join(home, 'releases', `${older.release}.tar.gz`), 'packed');
  at = new LockedProject();
  at.write('app.js', app);
  at.write('cdk.json', JSON.stringify({ app: 'node app.js' }));
  symlinkSync(join(project, 'node_modules'), join(at.folder, 'node_modules'));
  moto = await Moto.start(await provideMoto(), [], home);
  env = { PATH: process.env.PATH, HOME: home, CDK_DISABLE_CLI_TELEMETRY: 'true', ...toAwsEnv({ region, moto }) };
  const { runCdk } = await import('../../lib/cli/cdk');
  await runCdk(['bootstrap', `aws://${account}/${region}`, '-c', 'stage=prod', '-c', 'release=none'], {
    ...{ project: at.folder, env },
  });
});

afterAll(async () => {
  await moto?.stop();
  at?.remove();
  rmSync(home, { recursive: true, force: true });
  if (homeBefore === undefined) delete process.env.CLONEKIT_HOME;
  else process.env.CLONEKIT_HOME = homeBefore;
});

/** Of the template: moto forgets those of a stack that a change set made. */
async function readOutputs(): Promise<Record<string, string>> {
  const client = new CloudFormationClient({
    ...{ endpoint: moto.url, region, credentials: { accessKeyId: 'test', secretAccessKey: 'test' } },
  });
  const { TemplateBody = '' } = await client.send(new GetTemplateCommand({ StackName: 'clonekit-prod-fleet' }));
  client.destroy();
  const { Outputs } = JSON.parse(TemplateBody) as { Outputs: Record<string, { Value: string }> };
  return Object.fromEntries(Object.entries(Outputs).map(([name, { Value }]) => [name, Value]));
}

test('the lock is what it was, and the fleet is deployed with its image and its release', async () => {
  const archive = join(home, 'releases', `${older.release}.tar.gz`);
  const { touches, run } = await toLockedDeploy(locked, [{ ...toImage(older), imageId: newer.ami }, toImage(older)], {
    project: at.folder,
    env,
  });
  expect(touches).toEqual([
    `.image.lock.json: ${older.ami} of release aaaaaaaaaaaa, as it was at commit none; commit it afterwards`,
    `npx cdk deploy clonekit-prod-fleet -c stage=prod -c release=${archive}: every clone, new ones first`,
  ]);
  expect(readImageLockFile(at.folder)).toEqual([newer]);
  expect(await run(() => {})).toBe('stage prod runs release aaaaaaaaaaaa again; commit .image.lock.json');
  expect(readImageLockFile(at.folder)).toEqual([older]);
  expect(await readOutputs()).toEqual({ Release: archive, Image: older.ami });
});

test('a deploy that fails leaves the lock as it was', async () => {
  at.write('cdk.json', JSON.stringify({ app: 'node app.js', context: { fails: 'true' } }));
  writeFileSync(join(home, 'releases', `${newer.release}.tar.gz`), 'packed');
  const { run } = await toLockedDeploy(locked, [toImage(newer)], { project: at.folder, env });
  await expect(run(() => {})).rejects.toThrow(/^cdk deploy: must succeed, got: exit code 1; mend what it told above$/);
  expect(readImageLockFile(at.folder)).toEqual([older]);
  expect(await readOutputs()).toMatchObject({ Image: older.ami });
});
