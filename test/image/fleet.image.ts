// Two clones booted from one image, behind the load balancer, with real caches and databases: what people notice is nothing.
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { pressPowerButton } from '../../lib/local/image/emulator';
import { type RunningFleet, startFleet } from '../fleet/running-fleet';
import { Visitor } from '../fleet/visitor';
import { png } from '../web/pictures/sample-pictures';
import { postForm, type SignedForm } from '../web/real-bucket';
import { imagesFolder } from './provide';

let fleet: RunningFleet;
beforeAll(async () => {
  fleet = await startFleet({ CLONEKIT_IMAGES: imagesFolder }, ['--machines']);
});
afterAll(async () => {
  await fleet?.stop();
});

const clones = async (): Promise<{ id: string; health: string; release: string }[]> =>
  JSON.parse((await fleet.clonekit(['status', '--json'])).stdout).clones;
const healthyIds = async (): Promise<string[]> =>
  (await clones()).filter(({ health }) => health === 'healthy').map(({ id }) => id);
const journalOf = (id: string): string => readFileSync(join(fleet.home, 'run/logs', `${id}-console.log`), 'utf8');
/** Machines are together by what they were launched from. */
const monitorOf = (id: string): string => {
  const folder = join(fleet.home, 'run/clones');
  return join(folder, readdirSync(folder)[0] as string, id, 'monitor');
};
const isNoted = (text: string): boolean => fleet.lines.some((line) => line.event === 'note' && line.text === text);

/** Machines are slow to come and go. */
async function until<T>(what: string, probe: () => Promise<T | undefined | false>): Promise<T> {
  const deadline = Date.now() + 240_000;
  for (;;) {
    const found = await probe();
    if (found) return found;
    if (Date.now() > deadline) throw new Error(`waited 240 s in vain until ${what}`);
    await delay(200);
  }
}

/** One person who goes on visiting while something happens; every answer. */
async function visitWhile(visitor: Visitor, happening: Promise<unknown>) {
  const visits: Awaited<ReturnType<Visitor['call']>>[] = [];
  let isOver = false;
  const over = happening.finally(() => {
    isOver = true;
  });
  while (!isOver) {
    visits.push(await visitor.call('GET', '/api/me'));
    await delay(20);
  }
  await over;
  return visits;
}

const visitor = async (): Promise<Visitor> => {
  const one = new Visitor(fleet.url);
  await one.signUp();
  return one;
};

test('one session is served by both clones, which say that they run the release that was packed', async () => {
  const person = await visitor();
  const visits = [];
  for (let i = 0; i < 10; i++) visits.push(await person.call('GET', '/api/me'));
  expect(visits.map(({ status, body }) => `${status} ${body.name}`)).toEqual(Array(10).fill(`200 ${person.name}`));
  expect(new Set(visits.map(({ clone }) => clone))).toEqual(new Set(await healthyIds()));
  const { detail: digest } = fleet.lines.find(({ name }) => name === 'release') as { detail?: unknown } as {
    detail: string;
  };
  const said = await Promise.all([1, 2, 3, 4].map(() => person.call('GET', '/-/identity')));
  expect(said.map(({ body }) => String(body.release).slice(0, 12))).toEqual(Array(4).fill(digest));
});

test('a picture goes where browsers of this machine reach the bucket, which a machine reaches by another address', async () => {
  const person = await visitor();
  const { url, fields } = (await person.call('POST', '/api/me/picture', {})).body as unknown as SignedForm;
  expect(new URL(url).origin).toBe(fleet.endpoint);
  expect((await postForm({ url, fields }, png)).status).toBe(204);
  const taken = await person.call('PUT', '/api/me/picture', { key: fields.key });
  expect(taken.status).toBe(200);
  expect((await fetch(`${fleet.url}${taken.body.url}`)).headers.get('content-type')).toBe('image/png');
});

test('one is powered off mid-session: it drains, no request fails, its disk is as it was baked, another comes', async () => {
  const person = await visitor();
  const [id = ''] = await healthyIds();
  const isOff = async (): Promise<boolean> => isNoted(`${id} is off; its disk is as it was baked`);
  const happening = pressPowerButton(monitorOf(id)).then(async (isHeard) => {
    expect(isHeard).toBe(true);
    await until('it is off', isOff);
  });
  const visits = await visitWhile(person, happening);
  expect(visits.length).toBeGreaterThan(50);
  expect(visits.filter(({ status, body }) => status !== 200 || body.name !== person.name)).toEqual([]);
  expect(journalOf(id)).toMatch(/clonekit\.service: Deactivated successfully/);
  expect(journalOf(id)).not.toMatch(/clonekit\.service: .*SIGKILL/);
  await until('another is in service', async () => (await healthyIds()).length === 2);
  expect(await person.call('GET', '/api/me')).toMatchObject({ status: 200, body: { name: person.name } });
});

test('one that its group ends hears it, drains, says that it has left, and no request fails', async () => {
  const person = await visitor();
  const [id = ''] = await healthyIds();
  await fleet.clonekit(['kill', id, '--yes']);
  const visits = await visitWhile(
    person,
    until('it is terminated', async () => isNoted(`${id} is terminated`)),
  );
  expect(visits.filter(({ status, body }) => status !== 200 || body.name !== person.name)).toEqual([]);
  const journal = journalOf(id);
  const said = ['leaves: its group ends it', 'clonekit.service: Deactivated successfully', '"msg":"has left"'];
  expect(said.map((words) => journal.indexOf(words)).map((at, i, all) => at > (all[i - 1] ?? 0))).toEqual([
    true,
    true,
    true,
  ]);
  expect(isNoted(`${id} is off; its disk is as it was baked`)).toBe(true);
});

test('what a machine said is in the log group once, also when it is gone', async () => {
  const { stdout } = await fleet.clonekit(['logs', '--json', '--since', '30m', '--grep', 'has left']);
  const lines = stdout
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line));
  expect(lines.length).toBeGreaterThan(0);
  expect(new Set(lines.map(({ clone }) => clone)).size).toBe(lines.length);
});
