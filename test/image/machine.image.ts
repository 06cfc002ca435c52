// One machine and an app that misbehaves: what systemd and the clone's own programs make of it, on a real system.
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { findFreePort } from '../../lib/local/free-port';
import { type DiskImage, provideImage } from '../../lib/local/image/disk';
import { findAccelerator, guestNetwork } from '../../lib/local/image/emulator';
import { Processes } from '../../lib/local/processes';
import { Machine, type PoweredOff } from '../../lib/local/servers/machine';
import { packApp } from '../../lib/release/pack-app';
import { project } from '../provide-servers';
import { imagesFolder } from './provide';

/** The example, with doors to what an app must not do. */
const misbehaving = `
${readFileSync(join(project, 'test/examples/app/server.cjs'), 'utf8')}
const { writeFileSync } = require('node:fs');
server.on('request', ({ url }) => {
  if (url === '/write') try { writeFileSync('/mnt/kept', 'of people'); } catch {}
  if (url === '/hang') for (;;);
  if (url === '/exit') process.exit(3);
});
`;

let folder: string;
let image: DiskImage | undefined;
/** Stands for AWS: keeps what it is asked, and says yes. */
let aws: Server;
const asked: string[] = [];
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'clonekit-machine-'));
  const app = join(folder, 'app');
  mkdirSync(app);
  const block = { name: 'misbehaving', clonekit: { release: { entry: 'server.cjs' } } };
  writeFileSync(join(app, 'package.json'), JSON.stringify(block));
  writeFileSync(join(app, 'server.cjs'), misbehaving);
  const release = await packApp({ folder: app, architecture: 'x86_64', outDir: folder });
  image = await provideImage(release, { imagesFolder, onProgress: () => {} });
  aws = createServer(async (request, response) => {
    let body = '';
    for await (const chunk of request) body += chunk;
    asked.push(body);
    if (request.headers['x-amz-target']) return response.end('{}');
    const action = new URLSearchParams(body).get('Action');
    response.end(`<${action}Response><${action}Result/></${action}Response>`);
  }).listen(0, '127.0.0.1');
  await once(aws, 'listening');
});
afterAll(() => {
  aws?.close();
  rmSync(folder, { recursive: true, force: true });
  if (image) rmSync(image.file);
});

let count = 0;
let spotAction: string | undefined;
const off: PoweredOff[] = [];
const logFile = (): string => join(folder, `${count}.log`);
const journal = (): string => readFileSync(logFile(), 'utf8');
const isAsked = (action: string, ...words: string[]): boolean =>
  asked.some((body) => [`Action=${action}`, ...words].every((word) => body.includes(word)));

/** Whether a line of the journal has left the machine. */
const isLogged = (...words: string[]): boolean =>
  asked.some((body) => ['"logEvents"', ...words].every((word) => body.includes(word)));

/** Tells it who it is, as a launch template does. */
function toCloneUserData(): string {
  const env = {
    AWS_REGION: 'eu-central-1',
    AWS_ENDPOINT_URL: `http://${guestNetwork.host}:${(aws.address() as AddressInfo).port}`,
    CLONEKIT_CLONE_ID: '{{ v1.instance_id }}',
    CLONEKIT_GROUP: 'group',
    CLONEKIT_READY_SECONDS: '300',
    CLONEKIT_LOG_GROUP: 'log',
    CLONEKIT_PORT: '8080',
    CLONEKIT_DRAIN_SECONDS: '1',
    CLONEKIT_STOP_SECONDS: '10',
  };
  const content = Object.entries(env)
    .map(([name, value]) => `${name}=${value}\n`)
    .join('');
  const files = [
    { path: '/run/clonekit/clone.env', content },
    { path: '/run/clonekit/told', content: '' },
  ];
  return `## template: jinja\n#cloud-config\n${JSON.stringify({ write_files: files })}`;
}

/** Runs something once the system is up, and switches the machine off: no clone, but one that an image is tested by. */
const toTesterUserData = (command: string): string => `#cloud-boothook
#!/bin/sh
systemd-run --no-block --property=After=multi-user.target sh -c '${command}; systemctl poweroff'
`;

async function boot(userData: string): Promise<Machine> {
  if (!image) throw new Error('there is no image');
  count++;
  return await Machine.start({
    ...{ image, findPort: findFreePort, appPort: 8080, logFile: logFile(), folder: join(folder, 'machine') },
    accelerator: await findAccelerator(),
    processes: new Processes(),
    onOff: (one) => off.push(one),
    facts: {
      instanceId: 'i-0123456789abcdef0',
      imageId: 'ami-0123456789abcdef0',
      instanceType: 'here',
      zone: 'eu-central-1a',
      region: 'eu-central-1',
      getTargetState: () => 'InService',
      findSpotAction: () => spotAction,
      userData,
    },
  });
}

async function until(what: string, probe: () => boolean | Promise<boolean>): Promise<void> {
  const deadline = Date.now() + 240_000;
  while (!(await probe())) {
    if (Date.now() > deadline) throw new Error(`waited 240 s in vain until ${what}; ${journal().slice(-2000)}`);
    await delay(200);
  }
}

test('the image’s own test passes on it, and takes back what it told', async () => {
  const machine = await boot(toTesterUserData(`sh /opt/clonekit/clone/verify.sh ${image?.digest}`));
  await machine.exited;
  await machine.stop(0);
  expect(journal()).toContain(`verify: release ${image?.digest} runs, answers, and can write nothing that lasts`);
  expect(off.pop()?.changes).toEqual([]);
});

test('a clone says that it is ready, survives an app that hangs, asks to be replaced for one that ends, and leaves', async () => {
  const machine = await boot(toCloneUserData());
  const { host, port } = machine.address;
  const get = (path: string): Promise<Response> =>
    fetch(`http://${host}:${port}${path}`, { signal: AbortSignal.timeout(2000), headers: { connection: 'close' } });
  const identify = async () =>
    (await (await get('/-/identity')).json()) as { readonly startedAt: string; readonly clone: string };
  const isLive = (): Promise<boolean> =>
    get('/-/live').then(
      ({ ok }) => ok,
      () => false,
    );
  try {
    await until('it is ready', () => isAsked('CompleteLifecycleAction', 'ready', 'CONTINUE', 'i-0123456789abcdef0'));
    const { startedAt, clone } = await identify();
    expect(clone).toBe('i-0123456789abcdef0');

    await until('its kernel’s lines have left it', () =>
      isLogged('"logStreamName":"i-0123456789abcdef0"', 'Linux version'),
    );

    await get('/write');
    await until('the write is told with its path', () => /app\[\d+\]: .*"\/mnt\/kept"/.test(journal()));

    await get('/hang').catch(() => {});
    await until('it is another process', async () => {
      const now = await identify().catch(() => undefined);
      return now !== undefined && now.startedAt !== startedAt;
    });
    expect(journal()).toMatch(/the app hangs/);

    const isOver = (): boolean => /clonekit\.service: Start request repeated too quickly/.test(journal());
    await until('its starts are at an end', async () => {
      if (await isLive()) await get('/exit').catch(() => {});
      return isOver();
    });
    await until(
      'it asks to be replaced',
      () => isAsked('CompleteLifecycleAction', 'ready', 'ABANDON') || isAsked('SetInstanceHealth', 'Unhealthy'),
    );

    spotAction = '{"action":"terminate","time":"2026-01-01T00:00:00Z"}';
    await until('it leaves', () => isAsked('CompleteLifecycleAction', 'LifecycleHookName=stop', 'CONTINUE'));
    expect(journal()).toMatch(/EC2 takes it back/);
  } finally {
    await machine.stop(120_000);
  }
  // The denied write, of the app's own guard; and the last that is said before the machine is switched off.
  expect(isLogged('/mnt/kept')).toBe(true);
  expect(isLogged('has left')).toBe(true);
  expect(off.pop()?.changes).toEqual([]);
});
