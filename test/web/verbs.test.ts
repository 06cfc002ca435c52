// Verbs of the app: what they say, and that signing out ends what is there.
import { cacheModes } from './real-servers';
import { runVerb } from './run-verb';
import {
  type RunningClone,
  runClone,
  type Servers,
  signIn,
  startServers,
  untilReady,
  type Visitor,
} from './running-clones';

describe.each(cacheModes)('with the sessions cache in %s mode', (mode) => {
  let servers: Servers;
  let clone: RunningClone;

  beforeAll(async () => {
    servers = await startServers('mysql', mode);
    clone = await runClone(servers.env, 'clone-1');
    await untilReady(clone);
  });

  afterAll(async () => {
    await clone?.stop(0);
    await servers?.stop();
  });

  const areIn = (...visitors: Visitor[]): Promise<boolean[]> =>
    Promise.all(visitors.map(async (one) => (await one.send(`${clone.url}/api/me`)).status === 200));

  test('V7.4.5: who runs the site signs one user out, or everybody', async () => {
    const [ada, grace] = [await signIn(clone.url, 'ada'), await signIn(clone.url, 'grace')];
    expect(await runVerb(servers, 'sign-out', 'ada')).toEqual({ stdout: 'ada: 1 sessions ended\n', stderr: '' });
    expect(await areIn(ada, grace)).toEqual([false, true]);
    expect((await runVerb(servers, 'sign-out', '--everybody')).stdout).toBe('everybody: 1 sessions ended\n');
    expect(await areIn(ada, grace)).toEqual([false, false]);
  }, 30_000);

  test.each([
    [['rebiuld'], 'The verb must be one of rebuild, sign-out, or none; got: rebiuld.\n'],
    [['sign-out'], 'sign-out must be told whom: a name, or --everybody; got: nothing.\n'],
    [['sign-out', 'nobody'], 'sign-out nobody: There is no such user.\n'],
  ])(
    '%j is refused in one sentence',
    async (args, stderr) => {
      await expect(runVerb(servers, ...args)).rejects.toMatchObject({ code: 1, stderr });
    },
    30_000,
  );
});
