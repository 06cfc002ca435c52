// Somebody's project: the package as npm packs it, what it asks to stand beside it, and the examples as their own apps.
import { execFile, execFileSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { extract } from 'tar';
import { runtimesFolder } from '../../lib/release/home';
import { project } from '../provide-servers';

export interface Ended {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** What the CDK's command hands on to an app: the recommended choices, as in the cdk.json of a new app. */
const context = JSON.parse(readFileSync(join(project, 'cdk.json'), 'utf8')).context as object;

const examples = join(project, 'test/examples');
const compilerOptions = { strict: true, module: 'nodenext', target: 'es2023', types: ['node'], rootDir: '.' };

export class Consumer {
  private constructor(
    readonly folder: string,
    /** Paths in the package. */
    readonly packed: readonly string[],
  ) {}

  static async make(): Promise<Consumer> {
    const root = mkdtempSync(join(tmpdir(), 'clonekit-package-'));
    const { tarball, packed } = pack(root);
    const folder = join(root, 'app');
    const modules = join(folder, 'node_modules');
    mkdirSync(join(modules, 'clonekit'), { recursive: true });
    await extract({ file: tarball, cwd: join(modules, 'clonekit'), strip: 1 });
    const { dependencies, peerDependencies } = JSON.parse(readFileSync(join(modules, 'clonekit/package.json'), 'utf8'));
    // Nothing but what it says it needs; and the types of Node, as every project has them.
    for (const name of [...Object.keys({ ...dependencies, ...peerDependencies }), '@types/node']) {
      mkdirSync(dirname(join(modules, name)), { recursive: true });
      symlinkSync(join(project, 'node_modules', name), join(modules, name));
    }
    for (const file of listExamples()) cpSync(join(examples, `${file}.ts`), join(folder, `${file}.ts`));
    writeFileSync(
      join(folder, 'tsconfig.json'),
      JSON.stringify({ compilerOptions: { ...compilerOptions, outDir: 'built' } }),
    );
    cpSync(join(examples, 'app'), join(folder, 'built/app'), { recursive: true });
    mkdirSync(join(folder, 'home'));
    // Fetched once, for all tests.
    symlinkSync(runtimesFolder(), join(folder, 'home/runtimes'));
    return new Consumer(folder, packed);
  }

  /** Types are checked, those of the package and of the CDK too, and JavaScript is written to `built`. */
  compile(): Promise<Ended> {
    return this.node([join(project, 'node_modules/typescript/bin/tsc')]);
  }

  /** Where the templates of a synthesis are. */
  out(name: string): string {
    return join(this.folder, 'out', name);
  }

  /** Runs a compiled app as `cdk` does; `env` beside or instead of what `cdk` sets. */
  synth(name: string, { file = name, env = {} }: { file?: string; env?: Record<string, string> } = {}): Promise<Ended> {
    return this.node([`built/${file}.js`], {
      CDK_OUTDIR: this.out(name),
      CDK_CONTEXT_JSON: JSON.stringify(context),
      CLONEKIT_HOME: join(this.folder, 'home'),
      ...env,
    });
  }

  node(args: readonly string[], env: Record<string, string> = {}): Promise<Ended> {
    const options = { cwd: this.folder, env: { PATH: process.env.PATH, HOME: this.folder, ...env }, timeout: 120_000 };
    return new Promise((resolve) => {
      execFile(process.execPath, args, options, (error, stdout, stderr) =>
        resolve({ code: error ? Number(error.code ?? 1) : 0, stdout, stderr }),
      );
    });
  }

  remove(): void {
    rmSync(dirname(this.folder), { recursive: true, force: true });
  }
}

export const listExamples = (): string[] =>
  readdirSync(examples)
    .filter((name) => name.endsWith('.ts') && !name.endsWith('.test.ts') && name !== 'consumer.ts')
    .map((name) => name.replace(/\.ts$/, ''));

/** From a copy of the sources, so that nothing is built into the project and two of these may run at once. */
function pack(root: string): { tarball: string; packed: string[] } {
  const copy = join(root, 'project');
  mkdirSync(copy);
  for (const name of ['bin', 'lib', 'LICENSE', 'README.md', 'package.json', 'tsconfig.json', '.tsconfig.build.json']) {
    cpSync(join(project, name), join(copy, name), { recursive: true });
  }
  symlinkSync(join(project, 'node_modules'), join(copy, 'node_modules'));
  const said = execFileSync('npm', ['pack', '--json', '--offline', '--loglevel=error', '--pack-destination', root], {
    cwd: copy,
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const [{ filename, files }] = JSON.parse(said.slice(said.indexOf('[\n')));
  return { tarball: join(root, filename), packed: files.map(({ path }: { path: string }) => path) };
}
