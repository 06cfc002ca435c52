// What people at the load balancer notice of clones: nothing.
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { type RunningFleet, startFleet, until } from './running-fleet';
import { Visitor } from './visitor';

let fleet: RunningFleet;
beforeAll(async () => {
  fleet = await startFleet();
});
afterAll(async () => {
  await fleet?.stop();
});

const status = async () => JSON.parse((await fleet.clonekit(['status', '--json'])).stdout);
const healthyIds = async (): Promise<string[]> =>
  (await status()).clones
    .filter(({ health }: { health: string }) => health === 'healthy')
    .map(({ id }: { id: string }) => id);

const filesBelow = (folder: string): string[] =>
  readdirSync(folder, { recursive: true, withFileTypes: true }).map(
    (entry) => `${entry.parentPath}/${entry.name} ${statSync(`${entry.parentPath}/${entry.name}`).mtimeMs}`,
  );

test('ten requests of one session see the same user, answered by both clones, and nothing is written to their disks', async () => {
  const folder = join(fleet.home, 'run/clones');
  const before = filesBelow(folder);
  expect(before.length).toBeGreaterThan(4);
  const visitor = new Visitor(fleet.url);
  await visitor.signUp();
  const visits = [];
  for (let i = 0; i < 10; i++) visits.push(await visitor.call('GET', '/api/me'));
  expect(visits.map(({ status }) => status)).toEqual(Array(10).fill(200));
  expect(new Set(visits.map(({ body }) => body.name))).toEqual(new Set([visitor.name]));
  expect(new Set(visits.map(({ clone }) => clone)).size).toBe(2);
  expect(filesBelow(folder)).toEqual(before);
});

test('an article is written to the primary and read back at once through any clone', async () => {
  const visitor = new Visitor(fleet.url);
  await visitor.signUp();
  for (let i = 0; i < 10; i++) {
    const created = await visitor.call('POST', '/api/articles', { title: `Number ${i}`, body: 'Some words.' });
    expect(created.status).toBe(201);
    const read = await visitor.call('GET', `/api/articles/${created.body.id}`);
    expect(read).toMatchObject({ status: 200, body: { title: `Number ${i}` } });
  }
});

test('after the clone that answered is killed, the next request is still signed in, answered by another', async () => {
  const visitor = new Visitor(fleet.url);
  const { clone: first } = await visitor.signUp();
  const dry = await fleet.clonekit(['kill', first, '--dry-run']);
  expect(dry.stdout).toContain(`kill of stage dev on ${fleet.endpoint}:\n  end ${first};`);
  expect(dry.stdout).toContain('nothing was done');
  const killed = await fleet.clonekit(['kill', first, '--yes']);
  expect(killed).toMatchObject({ code: 0, stdout: expect.stringContaining(first) });
  const next = await visitor.call('GET', '/api/me');
  expect(next).toMatchObject({ status: 200, body: { name: visitor.name } });
  expect(next.clone).not.toBe(first);
  const ids = await until('the group has replaced it', async () => {
    const healthy = await healthyIds();
    return healthy.length === 2 && !healthy.includes(first) && healthy;
  });
  expect(ids).not.toContain(first);
  const later = await visitor.call('GET', '/api/me');
  expect(later).toMatchObject({ status: 200, body: { name: visitor.name } });
});

test('a clone that dies by itself leaves the load balancer at once and is replaced', async () => {
  const visitor = new Visitor(fleet.url);
  await visitor.signUp();
  const { processes } = JSON.parse(readFileSync(join(fleet.home, 'fleet.json'), 'utf8'));
  const [victim] = (await healthyIds()).slice(0, 1);
  const { pid } = processes.find(({ name }: { name: string }) => name === victim);
  process.kill(pid, 'SIGKILL');
  await until('it is out of the fleet', async () => !(await healthyIds()).includes(victim as string));
  await until('another is in service', async () => (await healthyIds()).length === 2);
  expect(await visitor.call('GET', '/api/me')).toMatchObject({ status: 200, body: { name: visitor.name } });
});

test('a clone that hangs is left alone by the load balancer, and status says why', async () => {
  // Its group replaces an unhealthy clone only after the grace of 42 s, so a new one stays to be looked at.
  const old = await healthyIds();
  await fleet.clonekit(['kill', old[0] as string, '--yes']);
  const victim = await until('a new clone is in service', async () =>
    (await healthyIds()).find((id) => !old.includes(id)),
  );
  const { processes } = JSON.parse(readFileSync(join(fleet.home, 'fleet.json'), 'utf8'));
  const { pid } = processes.find(({ name }: { name: string }) => name === victim);
  process.kill(pid, 'SIGSTOP');
  try {
    const { clones } = await until('the load balancer calls it unhealthy', async () => {
      const now = await status();
      return (
        now.clones.find(({ id, health }: { id: string; health: string }) => id === victim && health === 'unhealthy') &&
        now
      );
    });
    expect(clones.find(({ id }: { id: string }) => id === victim).reason).toBe('Request timed out');
    const answers = await Promise.all(Array.from({ length: 6 }, () => fetch(`${fleet.url}/-/identity`)));
    expect(answers.map((answer) => answer.status)).toEqual(Array(6).fill(200));
  } finally {
    // It may have been replaced meanwhile.
    if (existsSync(`/proc/${pid}`)) process.kill(pid, 'SIGCONT');
  }
});
