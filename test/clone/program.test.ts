// The programs as systemd runs them: an exit code that says how it ended, and one JSON line that says why.
import { runProgram } from '../../lib/clone/program';
import { cloneEnv } from '../../lib/config/names';
import type { Line } from './beside';

const env = {
  [cloneEnv.cloneId]: 'i-1',
  [cloneEnv.group]: 'fleet',
  [cloneEnv.port]: '8080',
  [cloneEnv.readySeconds]: '60',
};

const run = async (verb: string | undefined, changed: NodeJS.ProcessEnv) => {
  const written = jest.spyOn(process.stderr, 'write').mockReturnValue(true);
  try {
    const code = await runProgram({ verb, env: changed, folder: __dirname });
    return { code, lines: written.mock.calls.map(([line]) => JSON.parse(String(line)) as Line) };
  } finally {
    written.mockRestore();
  }
};

test.each([undefined, 'lunch', 'toString'])('%s is no program: exit code 2, and those there are', async (verb) => {
  const { code, lines } = await run(verb, env);
  expect(code).toBe(2);
  expect(lines).toEqual([
    {
      level: 50,
      time: expect.any(Number),
      clone: 'i-1',
      release: 'source',
      program: verb ?? '',
      msg: `program: must be one of launch, watch, leave, replace, ship, got: ${verb ?? 'none'}`,
    },
  ]);
});

test.each([
  [cloneEnv.cloneId, '', 'the id of this clone', 'nothing'],
  [cloneEnv.group, undefined, 'the name of its autoscaling group', 'nothing'],
  [cloneEnv.port, 'eighty', 'the TCP port of the app', 'eighty'],
  [cloneEnv.readySeconds, '1 min', 'seconds', '1 min'],
])('%s=%s is one sentence, exit code 1', async (name, value, rule, got) => {
  const { code, lines } = await run('launch', { ...env, [name]: value });
  expect(code).toBe(1);
  expect(lines.map(({ msg }) => msg)).toEqual([
    `${name}: must be ${rule}, got: ${got}. Correct the launch template, which writes /run/clonekit/clone.env`,
  ]);
});

test('a clone that is told no log group says so, and not again: exit code 2', async () => {
  const { code, lines } = await run('ship', env);
  expect(code).toBe(2);
  expect(lines.map(({ msg }) => msg)).toEqual([
    "CLONEKIT_LOG_GROUP: must be the name of a log group, got: nothing. This clone's log stays on it",
  ]);
});
