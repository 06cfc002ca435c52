// The environment of a clone: what it may leave out, and what keeps it from starting.
import { EnvError, readEnv } from '../../lib/web/env';

const minimal = {
  CLONEKIT_STAGE: 'dev',
  CLONEKIT_CLONE_ID: 'i-0123456789abcdef0',
  CLONEKIT_PORT: '8080',
  CLONEKIT_SESSIONS: 'sessions.internal:6379',
  CLONEKIT_OBJECTS: 'objects.internal:6379',
  CLONEKIT_CACHE_SECRET: 'arn:aws:secretsmanager:eu-west-1:111122223333:secret:caches-AbCdEf',
  CLONEKIT_PRIMARY: 'primary.internal:3306',
  CLONEKIT_DATABASE_SECRET: 'arn:aws:secretsmanager:eu-west-1:111122223333:secret:database-AbCdEf',
  CLONEKIT_PICTURES: 'pictures-of-people',
};

test('with minimal variables a clone is protected, has no replica, and listens everywhere', () => {
  expect(readEnv(minimal)).toEqual({
    stage: 'dev',
    cloneId: 'i-0123456789abcdef0',
    listen: '0.0.0.0',
    port: 8080,
    sessions: { host: 'sessions.internal', port: 6379 },
    sessionsMode: 'single',
    objects: { host: 'objects.internal', port: 6379 },
    objectsEngine: 'redis',
    cacheSecret: minimal.CLONEKIT_CACHE_SECRET,
    primary: { host: 'primary.internal', port: 3306 },
    replicas: [],
    databaseSecret: minimal.CLONEKIT_DATABASE_SECRET,
    pictures: 'pictures-of-people',
    picturesUrl: undefined,
    poolSize: 10,
    tls: true,
    https: true,
    drainSeconds: 30,
    stopSeconds: 65,
    keepAliveSeconds: 72,
  });
});

test('with maximal variables every one arrives', () => {
  const env = readEnv({
    ...minimal,
    CLONEKIT_LISTEN: '127.0.0.1',
    CLONEKIT_SESSIONS_MODE: 'cluster',
    CLONEKIT_OBJECTS_ENGINE: 'memcached',
    CLONEKIT_REPLICAS: 'a.internal:3306,b.internal:3307',
    CLONEKIT_PICTURES_URL: 'http://127.0.0.1:4566/pictures-of-people',
    CLONEKIT_POOL_SIZE: '100',
    CLONEKIT_TLS: 'off',
    CLONEKIT_HTTPS: 'off',
    CLONEKIT_DRAIN_SECONDS: '0',
    CLONEKIT_STOP_SECONDS: '1',
    CLONEKIT_KEEP_ALIVE_SECONDS: '65',
  });
  expect(env).toMatchObject({ listen: '127.0.0.1', tls: false, https: false, drainSeconds: 0, keepAliveSeconds: 65 });
  expect(env.picturesUrl).toBe('http://127.0.0.1:4566/pictures-of-people');
  expect(env).toMatchObject({ sessionsMode: 'cluster', objectsEngine: 'memcached', poolSize: 100, stopSeconds: 1 });
  expect(env.replicas).toEqual([
    { host: 'a.internal', port: 3306 },
    { host: 'b.internal', port: 3307 },
  ]);
});

test.each([
  ['CLONEKIT_PORT', '0', 'must be a TCP port from 1 to 65535'],
  ['CLONEKIT_PORT', '65536', 'must be a TCP port from 1 to 65535'],
  ['CLONEKIT_PORT', 'http', 'must be a TCP port from 1 to 65535'],
  ['CLONEKIT_CLONE_ID', 'two\nlines', 'must be 1 to 128 of A-Z a-z 0-9 . _ -'],
  ['CLONEKIT_SESSIONS', 'sessions.internal', 'must be `host:port`'],
  ['CLONEKIT_SESSIONS_MODE', 'on', 'must be `single` or `cluster`'],
  ['CLONEKIT_OBJECTS_ENGINE', 'valkey', 'must be `redis` or `memcached`'],
  ['CLONEKIT_POOL_SIZE', '0', 'must be a whole number from 1 to 100'],
  ['CLONEKIT_POOL_SIZE', '101', 'must be a whole number from 1 to 100'],
  ['CLONEKIT_POOL_SIZE', '2.5', 'must be a whole number from 1 to 100'],
  ['CLONEKIT_PICTURES', '', 'must name a bucket'],
  ['CLONEKIT_PICTURES_URL', 'bucket', 'must be an http or https address'],
  ['CLONEKIT_PICTURES_URL', 'javascript:alert(1)', 'must be an http or https address'],
  ['CLONEKIT_PRIMARY', ':3306', 'must be `host:port`'],
  ['CLONEKIT_REPLICAS', 'a.internal:3306,b.internal', 'each, joined by commas, must be `host:port`'],
  ['CLONEKIT_TLS', 'true', 'must be `on` or `off`'],
  ['CLONEKIT_HTTPS', '', 'must be `on` or `off`'],
  ['CLONEKIT_DRAIN_SECONDS', '-1', 'must be whole seconds from 0 to 3600'],
  ['CLONEKIT_DRAIN_SECONDS', '3601', 'must be whole seconds from 0 to 3600'],
  ['CLONEKIT_STOP_SECONDS', '4001', 'must be whole seconds from 0 to 4000'],
  ['CLONEKIT_STOP_SECONDS', '30', 'must be more than CLONEKIT_DRAIN_SECONDS'],
  ['CLONEKIT_KEEP_ALIVE_SECONDS', '1.5', 'must be whole seconds from 0 to 4000'],
])('%s may not be %j', (name, value, rule) => {
  expect(() => readEnv({ ...minimal, [name]: value })).toThrow(
    new EnvError(
      `This clone cannot start: ${name} ${rule}, got: ${JSON.stringify(value)}. Correct it in /run/clonekit/clone.env and start it again.`,
    ),
  );
});

test('who only says how long to drain gets the time to stop that fits', () => {
  expect(readEnv({ ...minimal, CLONEKIT_DRAIN_SECONDS: '3600' }).stopSeconds).toBe(3635);
});

test('everything that is wrong is said at once', () => {
  const { CLONEKIT_STAGE: _stage, CLONEKIT_PRIMARY: _primary, ...rest } = minimal;
  expect(() => readEnv(rest)).toThrow(
    'CLONEKIT_STAGE must name the stage, got: nothing; CLONEKIT_PRIMARY must be `host:port`, got: nothing.',
  );
});
