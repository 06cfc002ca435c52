// A database user's password is replaced on real servers, through Secrets Manager's own API: nobody is locked out.
import { createConnection } from 'mysql2/promise';
import { handler } from '../../lib/functions/rotate-database-user';
import type { Login } from '../../lib/functions/rotation';
import { Pool } from '../../lib/web/database/pool';
import { Secret } from '../../lib/web/secrets';
import { flavours, type RealDatabase, startDatabase, untilTrue } from '../web/real-servers';
import { anyVersion, arnOf, Rotating, steps, toSecretPlan } from './rotating';

const privileges = 'SELECT, INSERT, UPDATE, DELETE';

describe.each(flavours)('on %s', (flavour) => {
  let server: RealDatabase;
  let rotating: Rotating;
  const said: string[] = [];
  const errors: string[] = [];

  beforeAll(async () => {
    server = await startDatabase(flavour);
    await server.administer('primary', `CREATE TABLE ${server.database}.notes (text VARCHAR(100))`);
    jest.spyOn(console, 'log').mockImplementation((text) => void said.push(String(text)));
  });

  beforeEach(async () => {
    const where = { host: '127.0.0.1', port: String(server.primaryPort), dbname: server.database };
    const { username, password } = server;
    await server.administer('primary', `ALTER USER '${username}'@'%' IDENTIFIED BY '${password}'`);
    rotating = await Rotating.start({
      secrets: [
        toSecretPlan('first', { username, password, ...where }),
        toSecretPlan('app', { username: 'test_app', ...where }),
        // It says neither where nor which schema: as the first user's does.
        toSecretPlan('bare', { username: 'test_bare' }),
      ],
    });
    process.env.CLONEKIT_FIRST_USER_SECRET = arnOf('first');
    process.env.CLONEKIT_PRIVILEGES = privileges;
  });

  afterEach(async () => {
    const shown = [...said, ...errors].join('\n');
    for (const password of rotating.passwords) expect(shown).not.toContain(password);
    for (const name of ['test_app', 'test_app_clone', 'test_bare', 'test_bare_clone']) {
      await server.administer('primary', `DROP USER IF EXISTS '${name}'@'%'`);
    }
    await rotating.stop();
  });

  afterAll(async () => {
    jest.restoreAllMocks();
    await server?.stop();
  });

  const login = async ({ username: user, password }: Login, port = server.primaryPort): Promise<string> => {
    try {
      const connection = await createConnection({ host: '127.0.0.1', port, user, password });
      connection.destroy();
      return 'accepted';
    } catch (error) {
      return (error as { code: string }).code;
    }
  };
  const refused = 'ER_ACCESS_DENIED_ERROR';
  const failing = async (work: Promise<unknown>): Promise<string> => {
    const error = await work.then(
      () => undefined,
      (reason: Error) => reason,
    );
    const shown = error ? `${error.message}\n${error.stack}\n${JSON.stringify({ ...error })}` : '';
    errors.push(shown);
    return error?.message ?? 'no error';
  };
  const grantsOf = async (user: string): Promise<string[]> => {
    const rows = (await server.administer('primary', `SHOW GRANTS FOR '${user}'@'%'`)) as Record<string, string>[];
    return rows.map((row) => String(Object.values(row)[0])).filter((line) => !line.startsWith('GRANT USAGE'));
  };
  const exactly = (user: string, what = privileges) => [
    expect.stringMatching(new RegExp(`^GRANT ${what} ON .${server.database}.\\.\\* TO .${user}.@.%.$`)),
  ];

  describe('two users in turn', () => {
    test('the first rotation makes the user, who may do what was asked and nothing else', async () => {
      const made = await rotating.rotate(handler, 'app');
      expect(made).toMatchObject({ username: 'test_app_clone', dbname: server.database });
      expect(made.password).toMatch(/^[A-Za-z0-9]{40}$/);
      expect(await login(made)).toBe('accepted');
      expect(await grantsOf('test_app_clone')).toEqual(exactly('test_app_clone'));
    });

    test('the login that was replaced stays good; the one before is refused', async () => {
      const logins: Login[] = [];
      for (let month = 0; month < 3; month++) logins.push(await rotating.rotate(handler, 'app'));
      expect(logins.map(({ username }) => username)).toEqual(['test_app_clone', 'test_app', 'test_app_clone']);
      expect(await Promise.all(logins.map((one) => login(one)))).toEqual([refused, 'accepted', 'accepted']);
      expect(await rotating.read('app', 'AWSPREVIOUS')).toEqual(logins[1]);
    });

    test('replicas let in whom the primary lets in', async () => {
      const made = await rotating.rotate(handler, 'app');
      await untilTrue('the replica', async () => (await login(made, server.replicaPort)) === 'accepted');
    });

    test('a secret that says neither host nor schema is of the first user’s', async () => {
      expect(await login(await rotating.rotate(handler, 'bare'))).toBe('accepted');
      expect(await grantsOf('test_bare_clone')).toEqual(exactly('test_bare_clone'));
    });

    test('privileges follow the template: what it no longer asks for is taken away', async () => {
      await rotating.rotate(handler, 'app');
      await server.administer('primary', "GRANT CREATE, DROP ON *.* TO 'test_app_clone'@'%'");
      process.env.CLONEKIT_PRIVILEGES = 'SELECT, INSERT';
      await rotating.rotate(handler, 'app');
      await rotating.rotate(handler, 'app');
      for (const user of ['test_app', 'test_app_clone']) {
        expect(await grantsOf(user)).toEqual(exactly(user, 'SELECT, INSERT'));
      }
    });

    test('every step may be run again', async () => {
      const version = await rotating.begin('app');
      await rotating.run(handler, 'app', version, ...steps.flatMap((step) => [step, step]));
      // Once it is current, nothing is done any more.
      await rotating.run(handler, 'app', version, ...steps);
      const made = await rotating.read('app');
      expect(made.username).toBe('test_app_clone');
      expect(await login(made)).toBe('accepted');
    });

    test.each(steps.map((_, index) => [steps.slice(0, index)]))(
      'a run that ended after %j is finished by the next',
      async (done) => {
        const before = await rotating.rotate(handler, 'app');
        const version = await rotating.begin('app');
        await rotating.run(handler, 'app', version, ...done);
        expect(await login(before)).toBe('accepted');
        await rotating.run(handler, 'app', version, ...steps);
        expect(await login(await rotating.read('app'))).toBe('accepted');
        expect(await login(before)).toBe('accepted');
      },
    );

    test('a user that was made and given nothing is finished by the next run', async () => {
      const version = await rotating.begin('app');
      await rotating.run(handler, 'app', version, 'createSecret');
      await server.administer('primary', "CREATE USER 'test_app_clone'@'%' IDENTIFIED BY 'half'");
      await rotating.run(handler, 'app', version, ...steps);
      expect(await login(await rotating.read('app'))).toBe('accepted');
      expect(await grantsOf('test_app_clone')).toEqual(exactly('test_app_clone'));
    });

    test('it does not matter that the first user’s own password is being replaced', async () => {
      const { CLONEKIT_FIRST_USER_SECRET: first } = process.env;
      delete process.env.CLONEKIT_FIRST_USER_SECRET;
      const version = await rotating.begin('first');
      await rotating.run(handler, 'first', version, 'createSecret', 'setSecret');
      expect(await login(await rotating.read('first'))).toBe(refused);
      process.env.CLONEKIT_FIRST_USER_SECRET = first;
      expect(await login(await rotating.rotate(handler, 'app'))).toBe('accepted');
    });

    test('the app asks on through three rotations, with every connection cut in between', async () => {
      let months = 0;
      const now = Date.now;
      // The app reads a secret at most every other second; between rotations is a month.
      const clock = jest.spyOn(Date, 'now').mockImplementation(() => now() + months * 30 * 86_400_000);
      await rotating.rotate(handler, 'app');
      const endpoint = { host: '127.0.0.1', port: server.primaryPort };
      const secret = new Secret(arnOf('app'));
      const renew = jest.spyOn(secret, 'renew');
      const pool = new Pool({ endpoint, secret, tls: false, connectionLimit: 3, sessionSettings: 'DO 0' });
      const ask = async (): Promise<string> => {
        const { rows } = await pool.use((query) => query<{ me: string }>('SELECT CURRENT_USER() AS me', []));
        return rows[0]?.me as string;
      };
      const cut = async (): Promise<void> => {
        const list = "SELECT id FROM information_schema.processlist WHERE user LIKE 'test_app%'";
        for (const { id, ID = id } of (await server.administer('primary', list)) as Record<string, number>[]) {
          await server.administer('primary', `KILL ${ID}`).catch(() => undefined);
        }
      };
      const users = [await ask()];
      for (months = 1; months <= 3; months++) {
        await rotating.rotate(handler, 'app');
        // One that is open is not asked for its password again.
        users.push(await ask());
        await cut();
        await untilTrue('the pool to notice', () =>
          ask().then(
            () => true,
            () => false,
          ),
        );
        users.push(await ask());
      }
      expect(users).toHaveLength(7);
      expect(renew).toHaveBeenCalled();
      await pool.close();
      clock.mockRestore();
    });

    test.each([
      ['for another host', { host: 'elsewhere.example' }],
      ['for the user who is in use', { username: 'test_app' }],
      ['for the first user', { username: 'clonekit' }],
    ])('a pending version that somebody else wrote %s is refused', async (_, change) => {
      const version = await rotating.begin('app');
      await rotating.forge('app', version, { ...(await rotating.read('app')), username: 'test_app_clone', ...change });
      expect(await failing(rotating.run(handler, 'app', version, 'setSecret'))).toBe(
        `setSecret of ${arnOf('app')}: the pending version must be of the user whose turn it is, on the same host`,
      );
    });

    test('the first user’s password is sent to the first user’s host only', async () => {
      const moved = { ...(await rotating.read('app')), host: 'elsewhere.example' };
      const version = await rotating.begin('app');
      await rotating.forge('app', version, { ...moved, username: 'test_app_clone' });
      // Current and pending agree with each other, and not with the first user.
      await rotating.run(handler, 'app', version, 'finishSecret');
      const next = await rotating.begin('app');
      await rotating.run(handler, 'app', next, 'createSecret');
      expect(await failing(rotating.run(handler, 'app', next, 'setSecret'))).toBe(
        `setSecret of ${arnOf('app')}: the user must be of the same server as the first user`,
      );
    });

    test.each(['SELECT; DROP TABLE notes', '', 'select'])('privileges may not be %j', async (asked) => {
      process.env.CLONEKIT_PRIVILEGES = asked;
      const version = await rotating.begin('app');
      expect(await failing(rotating.run(handler, 'app', version, 'createSecret', 'setSecret'))).toBe(
        `setSecret of ${arnOf('app')}: CLONEKIT_PRIVILEGES must be as in GRANT, e.g. \`SELECT, INSERT\`, got: ${asked}`,
      );
    });
  });

  describe('the first user itself', () => {
    beforeEach(() => {
      delete process.env.CLONEKIT_FIRST_USER_SECRET;
    });

    test('replaces its own password; the old one is refused at once, on replicas too', async () => {
      const before = await rotating.read('first');
      const after = await rotating.rotate(handler, 'first');
      expect(after).toMatchObject({ username: server.username, dbname: server.database });
      expect([await login(before), await login(after)]).toEqual([refused, 'accepted']);
      await untilTrue('the replica', async () => (await login(after, server.replicaPort)) === 'accepted');
      expect(await login(await rotating.rotate(handler, 'first'))).toBe('accepted');
    });

    test('every step may be run again', async () => {
      const version = await rotating.begin('first');
      await rotating.run(handler, 'first', version, ...steps.flatMap((step) => [step, step]));
      expect(await login(await rotating.read('first'))).toBe('accepted');
    });

    test('a run that ended once the password was replaced is finished by the next', async () => {
      const version = await rotating.begin('first');
      await rotating.run(handler, 'first', version, 'createSecret', 'setSecret');
      expect(await login(await rotating.read('first'))).toBe(refused);
      await rotating.run(handler, 'first', version, ...steps);
      expect(await login(await rotating.read('first'))).toBe('accepted');
    });

    test('when neither password is accepted, the reason is told without either', async () => {
      await server.administer('primary', `ALTER USER '${server.username}'@'%' IDENTIFIED BY 'changed by hand'`);
      const version = await rotating.begin('first');
      expect(await failing(rotating.run(handler, 'first', version, 'createSecret', 'setSecret'))).toBe(
        `setSecret of ${arnOf('first')}: ${refused}`,
      );
    });
  });

  test('a password is never sent in the clear unless the environment says so', async () => {
    delete process.env.CLONEKIT_TLS;
    const version = await rotating.begin('app');
    expect(await failing(rotating.run(handler, 'app', version, 'createSecret', 'setSecret'))).toMatch(/: HANDSHAKE_/);
    expect(await grantsOf('test_app_clone').catch((error) => error.code)).toMatch(/^ER_NON/);
  });

  describe('what Secrets Manager would not call it with is refused', () => {
    test('a version that is none of the secret’s', async () => {
      const version = anyVersion();
      expect(await failing(rotating.run(handler, 'app', version, 'createSecret'))).toBe(
        `createSecret of ${arnOf('app')}: version ${version} must be one of the secret's`,
      );
    });

    test('a version that is not staged as pending', async () => {
      const version = await rotating.begin('app');
      await rotating.run(handler, 'app', version, ...steps);
      await rotating.rotate(handler, 'app');
      expect(await failing(rotating.run(handler, 'app', version, 'setSecret'))).toBe(
        `setSecret of ${arnOf('app')}: version ${version} must be staged AWSPENDING`,
      );
    });

    test('a step that is none', async () => {
      const version = await rotating.begin('app');
      expect(await failing(rotating.run(handler, 'app', version, 'constructor'))).toBe(
        `constructor of ${arnOf('app')}: step must be one of ${steps.join(', ')}, got: constructor`,
      );
    });
  });

  test('what is logged is a line of JSON a step', async () => {
    said.length = 0;
    await rotating.rotate(handler, 'app');
    expect(said.map((line) => JSON.parse(line))).toEqual(
      steps.map((step) => ({ step, secret: arnOf('app'), outcome: 'done' })),
    );
  });
});
