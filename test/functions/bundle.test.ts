// The functions as Lambda gets them: bundled one by one or all ahead, they are the same bytes.
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { bundleFunction, bundleFunctions } from '../../lib/functions/bundle';

const folder = join(__dirname, '../../lib/functions');
const programs = readdirSync(folder)
  .filter((file) => file.startsWith('rotate-'))
  .map((file) => file.replace('.ts', ''));

test('a program is the same bytes, bundled when it is asked for or with all of them', async () => {
  const alone = programs.map((program) => Buffer.from(bundleFunction(program)));
  await bundleFunctions();
  for (const [i, program] of programs.entries()) expect(alone[i]?.equals(bundleFunction(program))).toBe(true);
});

test('every program is bundled ahead, and then at hand', async () => {
  await jest.isolateModulesAsync(async () => {
    const esbuild = jest.requireActual<typeof import('esbuild')>('esbuild');
    const buildSync = jest.fn();
    jest.doMock('esbuild', () => ({ ...esbuild, buildSync }));
    const fresh: typeof import('../../lib/functions/bundle') = await import('../../lib/functions/bundle');
    await fresh.bundleFunctions();
    for (const program of programs) expect(fresh.bundleFunction(program).length).toBeGreaterThan(100_000);
    expect(buildSync).not.toHaveBeenCalled();
  });
});
