// A fleet in this very process, so that its plan can be one no template has: what dies comes back, with its data.
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { cloneEnv } from '../../lib/config/names';
import { Fleet } from '../../lib/local/fleet';
import type { FleetPlan } from '../../lib/local/plan';
import { withEnvironment } from '../../lib/local/plan/clone-env';
import { providePrograms } from '../../lib/local/programs/provide';
import { until } from '../fleet/running-fleet';
import { Visitor } from '../fleet/visitor';
import { project, serversFolder } from '../provide-servers';
import { packHere } from '../release/pack-here';
import { planWith } from './planned';

let folder: string;
let fleet: Fleet;
let release: string;
const events: string[] = [];

/** Runs inside the app, as a library of it would, and tells nobody that it fails. */
const intruder = `
  import fs from 'node:fs';
  try { fs.writeFileSync('/tmp/clonekit-intruder', process.env.${cloneEnv.cloneId}); } catch {}
`;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'clonekit-fleet-'));
  const [programs, packed] = await Promise.all([providePrograms({ project, serversFolder }), packHere()]);
  release = packed.digest;
  const declared = planWith();
  const healthCheck = { ...declared.targetGroup.healthCheck, intervalSeconds: 1, timeoutSeconds: 1 };
  // As in a stage whose sessions are durable; those of dev are kept by one server.
  const durable = { mode: 'cluster', durability: 'sync' } as const;
  const plan: FleetPlan = {
    ...declared,
    caches: declared.caches.map((cache) => (cache.purpose === 'sessions' ? { ...cache, ...durable } : cache)),
    toUserData: (addresses) =>
      withEnvironment(declared.toUserData(addresses), {
        [cloneEnv.sessionsMode]: 'cluster',
        NODE_OPTIONS: `--import=data:text/javascript,${encodeURIComponent(intruder)}`,
      }),
    targetGroup: { ...declared.targetGroup, healthCheck },
    group: { ...declared.group, graceSeconds: 1 },
  };
  fleet = new Fleet({
    plan,
    programs,
    archive: packed.file,
    port: 0,
    folder: join(folder, 'run'),
    pristineFolder: serversFolder,
  });
  fleet.on('event', (text) => events.push(text));
  await fleet.start();
});

afterAll(async () => {
  await fleet?.stop();
  rmSync(folder, { recursive: true, force: true });
});

const inService = () => [...fleet.group.instances.values()].filter(({ state }) => state === 'InService');
const kill = (name: string, signal: NodeJS.Signals = 'SIGKILL'): void => {
  const { pid } = fleet.processes.records.find((process) => process.name === name) as { pid: number };
  process.kill(pid, signal);
};
const untilBack = (name: string) => until(`${name} is back`, async () => events.includes(`${name} is back`));

test('a clone that tries to write to the disk cannot, and its log says where it tried', () => {
  expect(inService()).toHaveLength(2);
  for (const { id } of inService()) {
    const log = readFileSync(join(folder, `run/logs/${id}.log`), 'utf8').split('\n');
    const denied = log.find((line) => line.includes('/tmp/clonekit-intruder')) ?? '{}';
    expect(JSON.parse(denied)).toMatchObject({
      program: 'guard',
      clone: id,
      release,
      denied: 'FileSystemWrite',
      path: '/tmp/clonekit-intruder',
      msg: 'denied: the app tried to write',
    });
  }
  expect(existsSync('/tmp/clonekit-intruder')).toBe(false);
});

test('a clone that hangs is replaced by the group once its grace is over', async () => {
  const [hung] = inService();
  kill(hung?.id as string, 'SIGSTOP');
  await until('it is gone', async () => !fleet.group.instances.has(hung?.id as string));
  await until('another is in service', async () => inService().length === 2);
  expect(events).toContain(`${hung?.id} fails its health check; it is replaced`);
});

test('a clone told to end by SIGTERM loses no request, and is replaced', async () => {
  const [leaving] = inService();
  let ended = false;
  const statuses: number[] = [];
  const load = async (): Promise<void> => {
    while (!ended) statuses.push((await fetch(`${fleet.url}/-/identity`)).status);
  };
  const visitors = [load(), load(), load(), load()];
  kill(leaving?.id as string, 'SIGTERM');
  await until('it is gone', async () => !fleet.group.instances.has(leaving?.id as string));
  await until('another is in service', async () => inService().length === 2);
  ended = true;
  await Promise.all(visitors);
  expect(statuses.length).toBeGreaterThan(100);
  expect(statuses.filter((status) => status !== 200)).toEqual([]);
});

test('a clone terminated while it is launched never serves, and is replaced', async () => {
  const [first] = inService();
  fleet.group.terminate(first?.id as string);
  const pending = await until('another is being launched', async () =>
    [...fleet.group.instances.values()].find(({ state }) => state === 'Pending:Wait'),
  );
  fleet.group.terminate(pending.id);
  await until('it is gone', async () => !fleet.group.instances.has(pending.id));
  await until('two are in service', async () => inService().length === 2);
  expect(events).not.toContain(`${pending.id} is in service`);
  expect(fleet.processes.records.map(({ name }) => name)).not.toContain(pending.id);
});

test('a clone can be ended while the load balancer is away', async () => {
  const [first] = inService();
  kill('load balancer');
  fleet.group.terminate(first?.id as string);
  await until('it is gone', async () => !fleet.group.instances.has(first?.id as string));
  await untilBack('load balancer');
  await until('two are in service', async () => inService().length === 2);
  await until('both answer', async () => (await fetch(`${fleet.url}/-/identity`)).status === 200);
  events.length = 0;
});

test('a load balancer that dies comes back with every clone in service', async () => {
  kill('load balancer');
  await untilBack('load balancer');
  const clones = new Set<string | null>();
  for (let i = 0; i < 4; i++) clones.add((await fetch(`${fleet.url}/-/identity`)).headers.get('x-clone'));
  expect(clones).toEqual(new Set(inService().map(({ id }) => id)));
});

test('a sessions cache that dies comes back with the sessions it had', async () => {
  const visitor = new Visitor(fleet.url);
  await visitor.signUp();
  kill('sessions');
  await untilBack('sessions');
  const names = new Map<string, unknown>();
  await until('sessions are read again by every clone', async () => {
    const { status, clone, body } = await visitor.call('GET', '/api/me');
    if (status !== 503) names.set(clone, body.name);
    return names.size === inService().length;
  });
  expect(new Set(names.values())).toEqual(new Set([visitor.name]));
});

test.each(['primary', 'replica 1'])('%s comes back after it died, with its data and its role', async (name) => {
  const visitor = new Visitor(fleet.url);
  await visitor.signUp();
  const created = await visitor.call('POST', '/api/articles', { title: 'Before', body: 'Words.' });
  const isPrimary = name === 'primary';
  const database = fleet.databases.find(({ plan }) => (plan.role === 'primary') === isPrimary);
  kill(database?.process.name as string);
  await untilBack(database?.name as string);
  const replica = fleet.databases.find(({ plan }) => plan.role === 'replica');
  await until('replication runs again', async () => (await replica?.replication.findLagSeconds()) === 0);
  const after = await until('a new article is written and read', async () => {
    const posted = await visitor.call('POST', '/api/articles', { title: 'After', body: 'Words.' });
    return posted.status === 201 && (await visitor.call('GET', `/api/articles/${posted.body.id}`));
  });
  expect(after.body).toMatchObject({ title: 'After' });
  expect(await visitor.call('GET', `/api/articles/${created.body.id}`)).toMatchObject({ body: { title: 'Before' } });
});
