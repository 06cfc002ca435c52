// A cache user's password is replaced on a real cache, through ElastiCache's own API: two passwords are good at a time.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DescribeUsersCommand, ElastiCacheClient, ModifyUserCommand } from '@aws-sdk/client-elasticache';
import { Redis } from 'ioredis';
import { handler } from '../../lib/functions/rotate-cache-user';
import type { Login } from '../../lib/functions/rotation';
import { findFreePort } from '../../lib/local/free-port';
import { Processes } from '../../lib/local/processes';
import { provideProgram } from '../../lib/local/programs/provide';
import { CacheGroup } from '../../lib/local/servers/cache-group';
import { project, serversFolder } from '../provide-servers';
import { cacheFlavours } from '../web/real-servers';
import { arnOf, Rotating, steps, toSecretPlan } from './rotating';

const username = 'test-app';

describe.each(cacheFlavours)('on %s', (flavour) => {
  let folder: string;
  let caches: CacheGroup[];
  let rotating: Rotating;
  let elastiCache: ElastiCacheClient;
  const said: string[] = [];

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'clonekit-rotation-'));
    jest.spyOn(console, 'log').mockImplementation((text) => void said.push(String(text)));
  });

  beforeEach(async () => {
    caches = [];
    const first = 'first-password-of-the-cache-user';
    const env = { PATH: process.env.PATH, CLONEKIT_CACHE: flavour };
    const program = await provideProgram('cache', { project, serversFolder, env });
    for (const purpose of ['sessions', 'objects'] as const) {
      const started = await CacheGroup.start({
        program,
        processes: new Processes(),
        logFile: join(folder, `${purpose}.log`),
        folder: mkdtempSync(join(folder, purpose)),
        port: await findFreePort(),
        cache: {
          purpose,
          key: purpose,
          id: purpose,
          engine: flavour,
          engineVersion: '',
          nodeType: '',
          parameterGroup: '',
          parameters: {},
          policy: 'noeviction',
          maxMemoryBytes: 64 << 20,
          mode: 'single',
          durability: 'disabled',
          replicas: 0,
          automaticFailover: false,
          multiAz: false,
          users: [
            { id: username, name: username, access: 'on ~* +@all', password: { secretArn: '', key: '' } },
            { id: 'test-default', name: 'default', access: 'off ~* -@all' },
          ],
        },
        getPassword: () => first,
      });
      caches.push(started);
    }
    rotating = await Rotating.start({ secrets: [toSecretPlan('cache', { username, password: first })], caches });
    elastiCache = new ElastiCacheClient({ maxAttempts: 1 });
  });

  afterEach(async () => {
    for (const password of rotating.passwords) expect(said.join('\n')).not.toContain(password);
    elastiCache.destroy();
    await rotating.stop();
    await Promise.all(caches.map((cache) => cache.stop()));
  });

  afterAll(() => {
    jest.restoreAllMocks();
    rmSync(folder, { recursive: true, force: true });
  });

  /** What each cache says to a login. */
  const login = async ({ password }: Login): Promise<string[]> =>
    await Promise.all(
      caches.map(async ({ address }) => {
        const client = new Redis({ ...address, username, password, lazyConnect: true, retryStrategy: () => null });
        let reason = 'none';
        client.on('error', ({ message }) => {
          reason = message.split(' ')[0] as string;
        });
        try {
          await client.connect();
          return await client.ping();
        } catch {
          return reason;
        } finally {
          client.disconnect();
        }
      }),
    );
  const accepted = ['PONG', 'PONG'];
  const refused = ['WRONGPASS', 'WRONGPASS'];

  test('the login that was replaced stays good in every cache; the one before is refused', async () => {
    const logins = [await rotating.read('cache')];
    for (let month = 0; month < 3; month++) logins.push(await rotating.rotate(handler, 'cache'));
    expect(logins.at(-1)?.password).toMatch(/^[A-Za-z0-9]{40}$/);
    expect(await Promise.all(logins.map(login))).toEqual([refused, refused, accepted, accepted]);
  });

  test('whoever is connected stays connected', async () => {
    const [cache] = caches as [CacheGroup];
    const { password } = await rotating.read('cache');
    const client = new Redis({ ...cache.address, username, password, retryStrategy: () => null });
    for (let month = 0; month < 3; month++) await rotating.rotate(handler, 'cache');
    expect(await client.ping()).toBe('PONG');
    client.disconnect();
  });

  test('a cache that is started again knows both passwords', async () => {
    const logins = [await rotating.rotate(handler, 'cache'), await rotating.rotate(handler, 'cache')];
    for (const { primary } of caches) {
      primary.process.signal('SIGKILL');
      await primary.process.exited;
      await primary.restart();
    }
    expect(await Promise.all(logins.map(login))).toEqual([accepted, accepted]);
  });

  test('every step may be run again, and a run that ended anywhere is finished by the next', async () => {
    const version = await rotating.begin('cache');
    const before = await rotating.read('cache');
    for (let done = 1; done < steps.length; done++) {
      await rotating.run(handler, 'cache', version, ...steps.slice(0, done));
      expect(await login(before)).toEqual(accepted);
    }
    await rotating.run(handler, 'cache', version, ...steps, ...steps);
    expect(await login(await rotating.read('cache'))).toEqual(accepted);
    expect(await login(before)).toEqual(accepted);
  });

  test('a user that is being changed is waited for', async () => {
    const [cache] = caches as [CacheGroup];
    cache.primary.process.signal('SIGKILL');
    await cache.primary.process.exited;
    const described = elastiCache.send(new DescribeUsersCommand({ UserId: username }));
    expect(await described).toMatchObject({ Users: [{ Status: 'modifying' }] });
    const rotation = rotating.rotate(handler, 'cache');
    await cache.primary.restart();
    expect(await login(await rotation)).toEqual(accepted);
  });

  test('one that does not become active is told before the function’s time is over', async () => {
    const [cache] = caches as [CacheGroup];
    const version = await rotating.begin('cache');
    await rotating.run(handler, 'cache', version, 'createSecret');
    cache.primary.process.signal('SIGKILL');
    await cache.primary.process.exited;
    rotating.remainingMilliseconds = 2_000;
    await expect(rotating.run(handler, 'cache', version, 'setSecret')).rejects.toThrow(
      `setSecret of ${arnOf('cache')}: the user must become active in time, got: modifying`,
    );
    rotating.remainingMilliseconds = 60_000;
    await cache.primary.restart();
    await rotating.run(handler, 'cache', version, ...steps);
    expect(await login(await rotating.read('cache'))).toEqual(accepted);
  });

  test('a password that did not arrive is noticed', async () => {
    const version = await rotating.begin('cache');
    await rotating.run(handler, 'cache', version, 'createSecret');
    await expect(rotating.run(handler, 'cache', version, 'testSecret')).rejects.toThrow(
      `testSecret of ${arnOf('cache')}: the user must have two passwords now, got: 1`,
    );
  });

  test('the twin tells users as the caches have them, and changes nothing but passwords', async () => {
    const { Users } = await elastiCache.send(new DescribeUsersCommand({}));
    expect(Users).toMatchObject([
      { UserId: username, Status: 'active', Authentication: { Type: 'password', PasswordCount: 1 } },
      { UserId: 'test-default', UserName: 'default', Authentication: { Type: 'no-password', PasswordCount: 0 } },
    ]);
    const modify = (change: object) => elastiCache.send(new ModifyUserCommand({ UserId: username, ...change }));
    await expect(modify({ AccessString: 'on ~* +@all' })).rejects.toMatchObject({
      name: 'InvalidParameterValueException',
    });
    await expect(modify({ Passwords: ['1', '2', '3'] })).rejects.toMatchObject({
      name: 'InvalidParameterValueException',
    });
    await expect(modify({ UserId: 'nobody', Passwords: ['1'] })).rejects.toMatchObject({ name: 'UserNotFoundFault' });
  });
});
