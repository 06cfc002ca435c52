// The distribution's own packages, resolved and verified by apt, unpacked into a folder and never installed.
// apt runs with folders, lists and configuration of its own, so it needs no root and leaves the machine as it was.
import { execFile, spawn } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { OperatorError } from '../../config/operator-error';
import { overrides } from './catalogue';

const run = promisify(execFile);

/** Where packages come from: the machine's own suites, or Debian's unstable one (real MySQL and Valkey for Debian). */
export type Suite = 'own' | 'unstable';

export interface Apt {
  /** The first of these packages that the suite has, with its version. */
  findPackage(names: readonly string[]): Promise<{ name: string; version: string } | undefined>;
  /** Downloads the package with all it depends on, verified, and unpacks everything below the folder. */
  unpack(name: string, folder: string, onProgress: (text: string) => void): Promise<void>;
}

export const hasApt = (): boolean => existsSync('/usr/bin/apt-get') && existsSync('/usr/bin/dpkg-deb');

/** The lines of a sources.list for a suite, made from what this machine's apt is configured with. */
export async function toSources(suite: Suite): Promise<string[]> {
  const release = readFileSync('/etc/os-release', 'utf8');
  const codename = /^VERSION_CODENAME=(\S+)/m.exec(release)?.[1];
  const isDebian = /^ID=debian$/m.test(release);
  if (suite === 'unstable' && !isDebian) return [];
  const format = '$(REPO_URI)|$(RELEASE)|$(COMPONENT)';
  const { stdout } = await run('apt-get', ['indextargets', '--format', format, 'Identifier: Packages']);
  const rows = stdout.split('\n').map((line) => line.split('|') as [string, string, string]);
  // Suites of the distribution itself are the codename and its pockets (bookworm-security, noble-updates).
  const own = rows.filter(([uri, name]) => uri && codename && name?.split('-')[0] === codename);
  const key = `/usr/share/keyrings/${isDebian ? 'debian' : 'ubuntu'}-archive-keyring.gpg`;
  const toLine = (uri: string, name: string, component: string) =>
    `deb ${existsSync(key) ? `[signed-by=${key}] ` : ''}${uri} ${name} ${component}`;
  if (suite === 'own') return [...new Set(own.map((row) => toLine(...row)))];
  const main = own.find(([, name, component]) => name === codename && component === 'main');
  return main ? [toLine(main[0], 'sid', 'main')] : [];
}

/** Prepares an apt of our own below `home`; undefined where the suite does not exist for this machine. */
export async function openApt(
  home: string,
  suite: Suite,
  onProgress: (text: string) => void,
  stop?: AbortSignal,
): Promise<Apt | undefined> {
  const sources = await toSources(suite);
  if (sources.length === 0) return undefined;
  const folder = join(home, 'apt', suite);
  for (const part of ['state/lists/partial', 'cache', 'etc/apt.conf.d']) {
    mkdirSync(join(folder, part), { recursive: true });
  }
  writeFileSync(join(folder, 'sources.list'), `${sources.join('\n')}\n`);
  // An empty list of installed packages makes apt resolve everything, the C library included.
  writeFileSync(join(folder, 'status'), '');
  const config = join(folder, 'apt.conf');
  writeFileSync(
    config,
    `Dir "${folder}";\nDir::State "${folder}/state";\nDir::State::status "${folder}/status";\n` +
      `Dir::Cache "${folder}/cache";\nDir::Etc "${folder}/etc";\nDir::Etc::sourcelist "${folder}/sources.list";\n` +
      'Dir::Etc::sourceparts "/dev/null";\nDir::Etc::trustedparts "/etc/apt/trusted.gpg.d";\nAPT::Install-Recommends "false";\nAPT::Sandbox::User "";\n' +
      'Acquire::Languages "none";\nAcquire::Retries "3";\nAcquire::http::Timeout "30";\n' +
      // A mirror that lags behind is still signed; its date says nothing about what we ask of it.
      'Acquire::Check-Valid-Until "false";\n',
  );
  const options = { env: { ...process.env, APT_CONFIG: config, LC_ALL: 'C' }, maxBuffer: 64 << 20, signal: stop };
  onProgress(`reading the ${suite === 'own' ? "distribution's" : 'unstable suite of the distribution'} package list`);
  try {
    await run('apt-get', ['update', '-q', '--error-on=any'], options);
  } catch (error) {
    if (stop?.aborted) throw error;
    if (!hasLists(folder)) throw toDownloadError(String((error as { stderr?: string }).stderr ?? error));
    onProgress('the package list could not be refreshed; going on with the one kept here');
  }

  return {
    async findPackage(names) {
      const { stdout } = await run('apt-cache', ['policy', ...names], options);
      for (const name of names) {
        const candidate = new RegExp(`^${name}:\\n(?: .*\\n)*?  Candidate: (\\S+)`, 'm').exec(stdout)?.[1];
        if (candidate && candidate !== '(none)') return { name, version: candidate };
      }
      return undefined;
    },
    async unpack(name, target, report) {
      // A folder of archives per package: when apt is done, what lies in it is the package and all it depends on.
      const archives = join(folder, 'archives', name);
      mkdirSync(join(archives, 'partial'), { recursive: true });
      const apt = ['-q', '-y', '-o', `Dir::Cache::archives=${archives}`];
      await run('apt-get', [...apt, 'autoclean'], options);
      const { stdout } = await run('apt-get', [...apt, 'install', '--print-uris', name], options);
      const bytes = [...stdout.matchAll(/^'[^']*' \S+ (\d+) /gm)].reduce((sum, match) => sum + Number(match[1]), 0);
      if (bytes > 0) {
        report(`downloading ${name} and what it needs, ${Math.ceil(bytes / 1e6)} MB`);
        await download([...apt, '-o', 'APT::Status-Fd=3', 'install', '--download-only', name], options, report);
      }
      report(`unpacking ${name}`);
      await unpackAll(archives, target, stop);
    },
  };
}

const hasLists = (folder: string): boolean =>
  readdirSync(join(folder, 'state/lists')).some((name) => name.endsWith('_Packages'));

const lastLine = (text: string): string => text.trim().split('\n').at(-1)?.trim() ?? '';

const toDownloadError = (output: string): OperatorError =>
  new OperatorError(
    `servers: packages could not be downloaded, got: ${lastLine(output.replaceAll('W: ', '').replaceAll('E: ', ''))}. ` +
      'Connect this machine to its package mirror once and run the command again (it continues where it stopped), ' +
      `or name programs that are here: ${Object.values(overrides)
        .map(({ env }) => `${env}=/path`)
        .join(' ')}`,
  );

/** apt resumes what an earlier run left half done, and keeps an archive only if its checksum is the signed list's. */
function download(
  args: string[],
  options: { env: NodeJS.ProcessEnv; signal?: AbortSignal },
  report: (text: string) => void,
): Promise<void> {
  return new Promise((resolve, reject) => {
    const child = spawn('apt-get', args, { ...options, stdio: ['ignore', 'ignore', 'pipe', 'pipe'] });
    let errors = '';
    let reported = 0;
    child.stderr?.on('data', (chunk) => {
      errors += chunk;
    });
    child.stdio[3]?.on('data', (chunk) => {
      const percent = Number(/dlstatus:\d+:([\d.]+):/.exec(String(chunk))?.[1] ?? 0);
      if (percent < reported + 25) return;
      reported = percent - (percent % 25);
      report(`  ${reported} %`);
    });
    child.on('error', reject);
    child.on('close', (code) => (code === 0 ? resolve() : reject(toDownloadError(errors))));
  });
}

/** Unpacks every archive of a folder; the target appears only when it is whole. */
async function unpackAll(archives: string, target: string, signal?: AbortSignal): Promise<void> {
  const partial = `${target}.partial`;
  rmSync(partial, { recursive: true, force: true });
  mkdirSync(partial, { recursive: true });
  const files = readdirSync(archives).filter((name) => name.endsWith('.deb'));
  const worker = async () => {
    for (let file = files.pop(); file; file = files.pop()) {
      await run('dpkg-deb', ['-x', join(archives, file), partial], { signal });
    }
  };
  try {
    await Promise.all(Array.from({ length: availableParallelism() }, worker));
  } catch (error) {
    rmSync(partial, { recursive: true, force: true });
    if (signal?.aborted) throw error;
    throw new OperatorError(
      `servers: a package could not be unpacked below ${target}, got: ${lastLine(String(error))}. ` +
        'Free some disk space and run the command again',
    );
  }
  rmSync(target, { recursive: true, force: true });
  renameSync(partial, target);
}
