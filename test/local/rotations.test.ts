// RotateSecret on this machine: the code that would be deployed runs, as the template says, on a real database.
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { RotateSecretCommand } from '@aws-sdk/client-secrets-manager';
import { App, Stack } from 'aws-cdk-lib';
import { type ISecret, Secret } from 'aws-cdk-lib/aws-secretsmanager';
import { createConnection } from 'mysql2/promise';
import { DatabaseUserRotation } from '../../lib/constructs/database-user-rotation';
import { account, findAttribute, toPhysicalId } from '../../lib/local/physical';
import { toDatabaseUsers } from '../../lib/local/plan/database-users';
import { type RotationPlan, toRotations } from '../../lib/local/plan/rotation';
import { Processes } from '../../lib/local/processes';
import { listResources, type ResourceReader } from '../../lib/local/resource-reader';
import { Rotations } from '../../lib/local/rotations';
import { toSecrets } from '../../lib/local/secrets';
import { createResolve, type Template } from '../../lib/local/template';
import { makeAuthority, makeServerTls, type ServerTls } from '../../lib/local/tls/authority';
import { surroundings } from '../constructs/built';
import { Rotating } from '../functions/rotating';
import { type RealDatabase, startDatabase, untilTrue } from '../web/real-servers';

const region = 'eu-central-1';

let folder: string;
let tls: ServerTls;
let server: RealDatabase;
let rotating: Rotating;
let rotations: Rotations;
let list: (type: string) => ResourceReader[];
const processes = new Processes();
const events: string[] = [];

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'clonekit-rotations-'));
  tls = await makeServerTls(join(folder, 'tls'), ['localhost', '127.0.0.1']);
  server = await startDatabase('mysql', [], tls);
  list = readerOf(synthesize());
  rotating = await Rotating.start({
    secrets: toSecrets(list('AWS::SecretsManager::Secret'), [], []),
    rotations: (endpoint) => {
      rotations = new Rotations({
        plans: planned(),
        assembly: folder,
        region,
        endpoint,
        caFile: tls.caFile,
        processes,
        logFile: join(folder, 'rotations.log'),
        onEvent: (text) => events.push(text),
      });
      return rotations;
    },
  });
});

afterAll(async () => {
  processes.close();
  await rotations?.settled();
  await rotating?.stop();
  await server?.stop();
  rmSync(folder, { recursive: true, force: true });
});

const planned = (): RotationPlan[] =>
  toRotations(list('AWS::SecretsManager::RotationSchedule'), list('AWS::Lambda::Function'));

/** A stack with a secret for the first user, one for the app's, and one that nobody rotates. */
function synthesize(): Template {
  const app = new App({ analyticsReporting: false, outdir: folder });
  const stack = new Stack(app, 'test', { env: { region } });
  const secretOf = (id: string, fields: object): ISecret =>
    new Secret(stack, id, {
      secretName: id,
      generateSecretString: {
        secretStringTemplate: JSON.stringify({
          host: '127.0.0.1',
          port: server.primaryPort,
          dbname: server.database,
          ...fields,
        }),
        generateStringKey: 'password' in fields ? 'unused' : 'password',
      },
    });
  const firstUserSecret = secretOf('first', { username: server.username, password: server.password });
  new DatabaseUserRotation(stack, 'AppRotation', {
    ...surroundings(stack),
    secret: secretOf('app', { username: 'test_app' }),
    firstUserSecret,
    privileges: 'SELECT, INSERT',
  });
  secretOf('still', { username: 'nobody' });
  app.synth();
  return JSON.parse(readFileSync(join(folder, 'test.template.json'), 'utf8'));
}

function readerOf(template: Template): typeof list {
  const templates = { test: template };
  const resolve = createResolve(templates, {
    region,
    account,
    ref: (stack, logicalId, resource) => toPhysicalId({ stack, logicalId, resource, region }),
    findAttribute: (stack, logicalId, resource, attribute) =>
      findAttribute({ stack, logicalId, resource, region }, attribute, undefined),
  });
  return (type) => listResources(templates, region, resolve, ({ Type }) => Type === type);
}

const login = async (): Promise<boolean> => {
  const { username: user, password } = await rotating.read('app');
  const at = { host: '127.0.0.1', port: server.primaryPort, user, password };
  const connection = await createConnection({ ...at, ssl: { ca: tls.ca, verifyIdentity: true } });
  connection.destroy();
  return true;
};
const untilSaid = async (pattern: RegExp): Promise<void> => {
  await untilTrue(String(pattern), async () => events.some((event) => pattern.test(event)));
  await rotations.settled();
};

beforeEach(() => {
  events.length = 0;
});

test('the template says who is rotated by what, and whose users the database has', () => {
  expect(planned()).toMatchObject([
    {
      secretArn: expect.stringContaining(':secret:app-'),
      asset: expect.stringMatching(/^asset\.[0-9a-f]{64}$/),
      handler: 'index.handler',
      everyDays: 30,
      timeoutSeconds: 60,
      environment: { CLONEKIT_FIRST_USER_SECRET: expect.stringContaining(':secret:first-') },
    },
  ]);
  expect(toDatabaseUsers(planned())).toEqual([{ secretArn: planned()[0]?.secretArn, privileges: 'SELECT, INSERT' }]);
});

test('the code that would be deployed gives the user a new password, each time anew', async () => {
  for (const username of ['test_app_clone', 'test_app', 'test_app_clone']) {
    events.length = 0;
    await rotating.begin('app');
    await untilSaid(/^rotation of app-\w+ is done$/);
    expect(await rotating.read('app')).toMatchObject({ username });
    expect(await login()).toBe(true);
  }
});

test('a rotation that fails says at which step, and is taken up again when it is asked for', async () => {
  await rotating.begin('app');
  await untilSaid(/is done/);
  const alter = (password: string) =>
    server.administer('primary', `ALTER USER '${server.username}'@'%' IDENTIFIED BY '${password}'`);
  await alter('changed by hand');
  const before = await rotating.read('app');
  await rotating.begin('app');
  await untilSaid(/^rotation of app-\w+ failed at setSecret \(exit code 1\); its log is .*rotations\.log$/);
  expect(readFileSync(join(folder, 'rotations.log'), 'utf8')).toContain('"reason":"ER_ACCESS_DENIED_ERROR"');
  expect(await rotating.read('app')).toEqual(before);
  expect(await login()).toBe(true);
  await alter(server.password);
  await expect(rotating.begin('app')).rejects.toMatchObject({
    name: 'InvalidRequestException',
    message: "A previous rotation isn't complete. That rotation will be reattempted.",
  });
  await untilSaid(/is done/);
  expect((await rotating.read('app')).username).not.toBe(before.username);
  expect(await login()).toBe(true);
});

test('a server of another authority is told no password', async () => {
  const before = await rotating.read('app');
  writeFileSync(tls.caFile, (await makeAuthority()).ca);
  try {
    await rotating.begin('app');
    await untilSaid(/^rotation of app-\w+ failed at setSecret /);
    expect(readFileSync(join(folder, 'rotations.log'), 'utf8')).toContain('"reason":"HANDSHAKE_SSL_ERROR"');
    expect(await rotating.read('app')).toEqual(before);
  } finally {
    writeFileSync(tls.caFile, tls.ca);
  }
  await expect(rotating.begin('app')).rejects.toThrow('That rotation will be reattempted.');
  await untilSaid(/is done/);
  expect(await login()).toBe(true);
});

test('no password is in the log of the functions', async () => {
  const log = readFileSync(join(folder, 'rotations.log'), 'utf8');
  expect(log).toContain('"step":"finishSecret"');
  for (const stage of ['AWSCURRENT', 'AWSPREVIOUS']) {
    expect(log).not.toContain((await rotating.read('app', stage)).password);
  }
  expect(log).not.toContain(server.password);
});

test.each([
  ['of a secret without one', 'still', {}, 'There is no function that rotates still on this machine.'],
  [
    'otherwise than the template says',
    'app',
    { RotationRules: { AutomaticallyAfterDays: 1 } },
    'The local twin rotates at once, and as the template says.',
  ],
])('rotation %s is refused', async (_, SecretId, change, message) => {
  await expect(rotating.secrets.send(new RotateSecretCommand({ SecretId, ...change }))).rejects.toThrow(message);
});

test('without its code nothing is rotated', async () => {
  const plan = planned()[0] as RotationPlan;
  expect([rotations.hasCode(plan), rotations.hasCode({ ...plan, asset: 'asset.none' })]).toEqual([true, false]);
});
