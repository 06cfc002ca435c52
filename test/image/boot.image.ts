// `clonekit image --boot`, as a person runs it: what it sees hold, what it leaves, and who may not run it.
import { execFile } from 'node:child_process';
import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { clonekit, createHome, findLeftovers } from '../fleet/running-fleet';
import { project } from '../provide-servers';
import { imagesFolder } from './provide';

const place = createHome();
const env = { ...place.env, CLONEKIT_IMAGES: imagesFolder };
afterAll(() => place.remove());

test('it makes the image, sees everything hold, and leaves nothing running', async () => {
  const output = join(place.home, 'copy.img');
  const { code, stdout, stderr } = await clonekit(['image', '--boot', '--output', output, '--json'], env, 580_000);
  expect({ code, stderr }).toEqual({ code: 0, stderr: expect.any(String) });
  const lines = stdout
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line));
  expect(lines.filter(({ name }) => name === 'holds').map(({ detail }) => detail)).toEqual([
    'every clone is live and ready',
    'every clone says which it is, and the digest of its release',
    'one that is powered off drains: no request fails, and its disk is as it was baked',
  ]);
  expect(lines.at(-1)).toMatchObject({ event: 'note', text: 'everything holds, and everything is down' });
  expect(existsSync(output)).toBe(true);
  expect(findLeftovers(place.home)).toEqual([]);
  expect(readdirSync(place.home)).not.toContain('fleet.json');
});

test('whoever is not root is told so in one sentence, before anything is made', async () => {
  const args = [
    '--reuid=65534',
    '--clear-groups',
    process.execPath,
    '--require',
    'tsx/cjs',
    'bin/clonekit.ts',
    'image',
  ];
  const run = promisify(execFile)('setpriv', args, { cwd: project, env: { ...env, HOME: '/tmp' } });
  await expect(run).rejects.toMatchObject({
    code: 1,
    stderr:
      'clonekit: image: must be made by root, who alone owns all files of a system, got: user 65534; run it with sudo\n',
  });
});
