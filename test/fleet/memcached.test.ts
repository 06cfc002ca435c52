// A stage whose objects are in Memcached runs here as any other: kept alive, told to clones, and seen by the command.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { cloneEnv } from '../../lib/config/names';
import { Fleet } from '../../lib/local/fleet';
import { toEnvironment } from '../../lib/local/plan/clone-env';
import { provideMissing, providePrograms } from '../../lib/local/programs/provide';
import { roleOf } from '../../lib/local/servers/caches';
import { listTopology } from '../../lib/local/topology';
import { Aws } from '../../lib/ops/aws';
import { getStatus } from '../../lib/ops/status';
import type { CacheStatus } from '../../lib/ops/status/caches';
import { machineArchitecture } from '../../lib/release/descriptor';
import { packApp } from '../../lib/release/pack-app';
import { planWith } from '../local/planned';
import { project, serversFolder } from '../provide-servers';
import { TinyApps } from '../release/tiny-app';
import { until } from './running-fleet';

const apps = new TinyApps();
const events: string[] = [];
let folder: string;
let fleet: Fleet;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'clonekit-fleet-'));
  const plan = planWith((config) => {
    config.objects = { engine: 'memcached', nodeType: 'cache.t4g.micro' };
  });
  const options = { project, serversFolder };
  // Whatever the app does with its objects is not asked here.
  const packing = packApp({ folder: apps.make('tiny'), architecture: machineArchitecture, outDir: folder });
  const programs = await provideMissing(await providePrograms(options), plan.caches.map(roleOf), options);
  const { file: archive } = await packing;
  fleet = new Fleet({ plan, programs, archive, port: 0, folder: join(folder, 'run'), pristineFolder: serversFolder });
  fleet.on('event', (text) => events.push(text));
  await fleet.start();
}, 120_000);

afterAll(async () => {
  await fleet?.stop();
  apps.remove();
  rmSync(folder, { recursive: true, force: true });
});

const cachesNow = async () => {
  const aws = new Aws({ stage: 'dev', endpoint: fleet.endpoint, region: fleet.plan.region });
  try {
    const { caches } = await getStatus(aws);
    return caches as readonly CacheStatus[];
  } finally {
    aws.close();
  }
};

test('clones are told where it is and what it speaks', () => {
  const env = toEnvironment(fleet.plan.toUserData(fleet.addresses));
  const address = fleet.caches[1]?.address;
  expect(env).toMatchObject({
    [cloneEnv.objects]: `${address?.host}:${address?.port}`,
    [cloneEnv.objectsEngine]: 'memcached',
  });
});

test('status and topology name the engine of each cache, and what it forgets', async () => {
  const caches = await cachesNow();
  expect(caches).toMatchObject([
    { name: 'sessions', role: 'primary', policy: 'noeviction' },
    { name: 'sessions', role: 'replica', policy: 'noeviction' },
    { name: 'objects', engine: 'memcached', version: expect.stringMatching(/^1\.6\./), policy: null },
  ]);
  for (const { usedMemoryBytes } of caches) expect(usedMemoryBytes).toBeGreaterThanOrEqual(0);
  expect(listTopology(fleet)).toContainEqual(
    expect.objectContaining({
      part: 'objects',
      runs: expect.stringMatching(/^memcached 1\.6\./),
      detail: 'lru, 412 MiB',
    }),
  );
});

test('it comes back after it died', async () => {
  const { pid } = fleet.processes.records.find(({ name }) => name === 'objects') as { pid: number };
  process.kill(pid, 'SIGKILL');
  await until('objects is back', async () => events.includes('objects is back'));
  expect((await cachesNow()).at(-1)).toMatchObject({ engine: 'memcached', usedMemoryBytes: 0 });
});
