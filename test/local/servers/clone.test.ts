// Clones of somebody's app, launched as `clonekit up` does: sandboxed, in service by their own word, gone by it too.
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { cloneEnv, cloneEnvFile } from '../../../lib/config/names';
import type { Fleet } from '../../../lib/local/fleet';
import { findFreePort } from '../../../lib/local/free-port';
import { CloneGroup } from '../../../lib/local/group';
import type { Launch } from '../../../lib/local/launch';
import { LaunchTemplates } from '../../../lib/local/launch-templates';
import type { GroupPlan } from '../../../lib/local/plan/group';
import type { TargetGroupPlan } from '../../../lib/local/plan/load-balancer';
import { Processes } from '../../../lib/local/processes';
import { launchProcesses } from '../../../lib/local/servers/clone';
import type { LoadBalancer } from '../../../lib/local/servers/load-balancer';
import { Twin } from '../../../lib/local/twin/twin';
import { machineArchitecture } from '../../../lib/release/descriptor';
import { packApp } from '../../../lib/release/pack-app';
import { until } from '../../fleet/running-fleet';

/** What it does beside answering, by CLONEKIT_STAGE; it tells nobody of an error. */
const app = `
const { createHash } = require('node:crypto');
const fs = require('node:fs');
const release = createHash('sha256').update(fs.readFileSync(__dirname + '/../SHA256SUMS')).digest('hex');
const { CLONEKIT_STAGE: stage, CLONEKIT_PORT: port, FORBIDDEN: forbidden } = process.env;
const server = require('node:http').createServer((request, response) => {
  if (request.url === '/-/ready' && stage === 'waits') response.writeHead(503).end('still waiting');
  else response.end(JSON.stringify({ release }));
});
server.listen(Number(port), '127.0.0.1');
if (stage === 'breaks out') {
  const swallow = (attempt) => { try { attempt(); } catch {} };
  swallow(() => fs.writeFileSync(forbidden, 'gone with the clone'));
  swallow(() => fs.writeFileSync(__filename, 'another codebase'));
  swallow(() => require('node:child_process').execFileSync('/bin/touch', [forbidden]));
  swallow(() => new (require('node:worker_threads').Worker)('', { eval: true }));
  fs.promises.appendFile(forbidden, 'again').catch(() => {});
}
if (stage === 'dies') throw new Error('there is no tomorrow');
process.on('SIGINT', () => server.close(() => process.exit()));
`;

const hooks = {
  launchHook: { name: 'ready', timeoutSeconds: 60, defaultResult: 'ABANDON' },
  stopHook: { name: 'stop', timeoutSeconds: 60, defaultResult: 'CONTINUE' },
} as const;

let folder: string;
let archive: string;
let ended: (() => Promise<void>) | undefined;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'clonekit-clone-'));
  const source = join(folder, 'app');
  mkdirSync(source);
  writeFileSync(join(source, 'server.cjs'), app);
  const clonekit = { release: { entry: 'server.cjs' } };
  writeFileSync(join(source, 'package.json'), JSON.stringify({ name: 'escapist', version: '1.0.0', clonekit }));
  const packed = await packApp({ folder: source, architecture: machineArchitecture, outDir: folder });
  archive = packed.file;
});
afterEach(async () => {
  await ended?.();
  ended = undefined;
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** A group of one clone of the app, with everything real but what has nothing to do with it: the load balancer. */
async function prepare(stage: string, readySeconds = 60) {
  const run = mkdtempSync(join(folder, 'run-'));
  const forbidden = join(run, 'forbidden');
  const plan = { name: 'fleet', min: 1, max: 1, zones: ['a'], graceSeconds: 60, tags: {}, healthCheckType: 'EC2' };
  const healthCheck = { path: '/-/live', timeoutSeconds: 2 };
  const told: string[] = [];
  const tell = (what: string) => async () => void told.push(what);
  const loadBalancer = {
    register: tell('register'),
    drain: tell('drain'),
    deregister: tell('deregister'),
    describe: async () => new Map(),
  };
  const events: string[] = [];
  const processes = new Processes();
  const fleet = { plan: { group: plan }, emit: (name: string, text: string) => name === 'event' && events.push(text) };
  const twin = await Twin.start(fleet as unknown as Fleet);
  const variables = {
    [cloneEnv.stage]: stage,
    [cloneEnv.group]: 'fleet',
    [cloneEnv.readySeconds]: String(readySeconds),
    AWS_REGION: 'eu-central-1',
    FORBIDDEN: forbidden,
  };
  const content = Object.entries(variables).map(([name, value]) => `${name}=${value}\n`);
  const userData = JSON.stringify({ write_files: [{ path: cloneEnvFile, content: content.join('') }] });
  const launch: Launch = await launchProcesses({
    archive,
    region: 'eu-central-1',
    processes,
    folder: join(run, 'clones'),
    endpoint: twin.endpoint,
    tls: { ca: '', caFile: '' },
    toLogFile: (id) => join(run, `${id}.log`),
    findPort: findFreePort,
    onEvent: (text) => events.push(text),
  });
  const group = new CloneGroup({
    plan: { ...plan, ...hooks } as unknown as GroupPlan,
    targetGroup: { healthCheck, deregistrationSeconds: 1 } as unknown as TargetGroupPlan,
    loadBalancer: loadBalancer as unknown as LoadBalancer,
    slots: 4,
    template: new LaunchTemplates({ imageId: 'ami-1', toUserData: () => `#cloud-config\n${userData}` }).default,
    launch,
  });
  Object.assign(fleet, { group });
  group.on('event', (text) => events.push(text));
  ended = async () => {
    await group.stop();
    await twin.stop();
    expect(processes.records).toEqual([]);
  };
  const lines = (id: string) =>
    readFileSync(join(run, `${id}.log`), 'utf8')
      .split('\n')
      .filter((line) => line.startsWith('{'))
      .map((line) => JSON.parse(line));
  return { group, told, events, lines, forbidden, run, processes };
}

const first = (group: CloneGroup) => {
  const [instance] = group.instances.values();
  if (!instance) throw new Error('no instance');
  return instance;
};

test('a clone is in service once the program beside its app has said that it is ready', async () => {
  const { group, lines, told, events, processes } = await prepare('well');
  await group.start();
  const { id, state } = first(group);
  expect(state).toBe('InService');
  expect(told).toEqual(['register']);
  const release = basename(archive, '.tar.gz');
  expect(lines(id)).toContainEqual(expect.objectContaining({ program: 'launch', msg: 'ready', clone: id, release }));
  expect(events).toEqual([`${id} is in service`]);
  // What has said that it is ready ends with that.
  await until('it has ended', async () => processes.records.length === 1);
  expect(processes.records.map(({ name }) => name)).toEqual([id]);
});

test('nothing it does can write, start a process or a thread; each attempt is in its log, with the path', async () => {
  const { group, lines, forbidden, run } = await prepare('breaks out');
  await group.start();
  const { id } = first(group);
  const release = basename(archive, '.tar.gz');
  const denied = lines(id).filter(({ program }) => program === 'guard');
  expect(denied.map(({ denied: permission, path }) => [permission, path])).toEqual([
    ['FileSystemWrite', forbidden],
    ['FileSystemWrite', join(run, 'clones/release/app/server.cjs')],
    ['ChildProcess', '/bin/touch'],
    ['WorkerThreads', ''],
  ]);
  for (const line of denied) expect(line).toMatchObject({ level: 50, clone: id, release });
  expect(denied[0].msg).toBe('denied: the app tried to write');
  expect(existsSync(forbidden)).toBe(false);
});

test('an app that is not ready in time is given up, with its reason', async () => {
  const { group } = await prepare('waits', 1);
  await expect(group.start()).rejects.toThrow(
    /^i-\w{17}: gave up its launch, got: gives up its launch: not ready within 1 s: \/-\/ready answers 503 still waiting\. Its log is /,
  );
  expect(group.instances.size).toBe(0);
});

test('an app that dies at its start is told at once, with its last words', async () => {
  const { group } = await prepare('dies');
  await expect(group.start()).rejects.toThrow(
    /^i-\w{17}: died at start \(exit code 1\), got: Error: there is no tomorrow\. Its log is /,
  );
});

test('a clone that is terminated is let go, leaves, and says so before it is ended', async () => {
  const { group, lines, told, events } = await prepare('well');
  await group.start();
  const instance = first(group);
  const states: string[] = [];
  const complete = group.actions.complete.bind(group.actions);
  jest.spyOn(group.actions, 'complete').mockImplementation((key, result) => {
    states.push(`${key.hook} ${result} in ${instance.state}, app ${instance.clone?.ended ?? 'runs'}`);
    return complete(key, result);
  });
  group.terminate(instance.id);
  expect(instance.state).toBe('Terminating');
  await until('it is gone', async () => !group.instances.has(instance.id));
  expect(states).toContain('stop CONTINUE in Terminating:Wait, app exit code 0');
  expect(instance.state).toBe('Terminating:Proceed');
  expect(told.slice(0, 3)).toEqual(['register', 'drain', 'deregister']);
  expect(lines(instance.id).at(-1)).toMatchObject({ program: 'leave', msg: 'has left', clone: instance.id });
  expect(events.filter((text) => text.includes('did not say'))).toEqual([]);
});
