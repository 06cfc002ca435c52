// Chromium for tests: the machine's own, or the distribution's package, unpacked beside the servers and never installed.
import { execFile } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { promisify } from 'node:util';
import { type Browser, chromium } from 'playwright-core';
import { hasApt, openApt } from '../../lib/local/programs/apt';
import { withLock } from '../../lib/local/programs/lock';

const run = promisify(execFile);

const names = ['chromium', 'chromium-browser', 'google-chrome-stable', 'google-chrome'];
/** Fonts are a package of their own: a machine may have none, and text looks the same on every machine that has apt. */
const packages = ['chromium', 'fonts-inter'] as const;

const rootOf = (serversFolder: string, name: (typeof packages)[number]): string => join(serversFolder, name);
const unpackedIn = (serversFolder: string): string =>
  join(rootOf(serversFolder, 'chromium'), 'usr/lib/chromium/chromium');

export async function provideChromium(serversFolder: string, onProgress: (text: string) => void): Promise<void> {
  if (!hasApt()) return;
  const root = rootOf(serversFolder, 'chromium');
  const installed = await findInstalled();
  await withLock(join(serversFolder, 'lock'), {}, async () => {
    const missing = packages.filter(
      (name) => !existsSync(rootOf(serversFolder, name)) && !(name === 'chromium' && installed),
    );
    const apt = missing.length > 0 ? await openApt(serversFolder, 'own', onProgress) : undefined;
    // Ubuntu has a package that only fetches a snap: what is unpacked may not be there after all.
    for (const name of missing)
      if (await apt?.findPackage([name])) await apt?.unpack(name, rootOf(serversFolder, name), onProgress);
    if (existsSync(root)) leaveOutLoader(root);
  });
}

export async function launchChromium(serversFolder: string): Promise<Browser> {
  const fonts = { FONTCONFIG_FILE: writeFontsConfig(serversFolder) };
  const installed = await findInstalled();
  if (installed) return await chromium.launch({ executablePath: installed, env: { ...process.env, ...fonts } });
  const executablePath = unpackedIn(serversFolder);
  if (!existsSync(executablePath))
    throw new Error('There is no Chromium on the PATH, and no package of it for this system: install one.');
  const env = { ...process.env, ...fonts, LD_LIBRARY_PATH: findLibraries(rootOf(serversFolder, 'chromium')).join(':') };
  return await chromium.launch({ executablePath, env });
}

/** A program of that name may be a stub that only says how to install it. */
async function findInstalled(): Promise<string | undefined> {
  const folders = (process.env.PATH ?? '').split(delimiter).filter(Boolean);
  for (const path of names.flatMap((name) => folders.map((folder) => join(folder, name)))) {
    if (!existsSync(path)) continue;
    const { stdout } = await run(path, ['--version'], { timeout: 30_000 }).catch(() => ({ stdout: '' }));
    if (/^(Chromium|Google Chrome) \d/m.test(stdout)) return path;
  }
  return undefined;
}

const findLibraries = (root: string): string[] =>
  ['usr/lib', 'lib']
    .flatMap((folder) => readdirSync(join(root, folder)).map((name) => join(root, folder, name)))
    .filter((folder) => folder.endsWith('-linux-gnu'));

/**
 * Chromium starts itself again for each of its processes, and so cannot be run by a loader of its own as servers are:
 * it has the machine's loader, which wants the machine's C library. That is of the same suite.
 */
function leaveOutLoader(root: string): void {
  const ofLoader = /^(ld-linux.*|lib(c|m|mvec|dl|rt|pthread|resolv|util|anl|nsl|thread_db|nss_\w+))\.so\.\d+$/;
  for (const folder of findLibraries(root))
    for (const name of readdirSync(folder).filter((file) => ofLoader.test(file))) rmSync(join(folder, name));
}

function writeFontsConfig(serversFolder: string): string {
  const folder = join(serversFolder, 'fonts');
  mkdirSync(folder, { recursive: true });
  const file = join(folder, 'fonts.conf');
  const own = packages.map((name) => join(rootOf(serversFolder, name), 'usr/share/fonts'));
  writeFileSync(
    file,
    `<?xml version="1.0"?>
<!DOCTYPE fontconfig SYSTEM "fonts.dtd">
<fontconfig>
${[...own, '/usr/share/fonts'].map((path) => `<dir>${path}</dir>`).join('\n')}
<cachedir>${join(folder, 'cache')}</cachedir>
${['system-ui', 'sans-serif'].map((family) => `<alias><family>${family}</family><prefer><family>Inter</family></prefer></alias>`).join('\n')}
</fontconfig>
`,
  );
  return file;
}
