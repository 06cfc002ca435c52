// A program of this folder as one file that Lambda runs: with every library it uses, the same bytes everywhere.
import { basename, extname, join } from 'node:path';
import { type BuildOptions, build, buildSync, type OutputFile } from 'esbuild';

/** Every program there is, for those who bundle them all. */
const programs = ['rotate-cache-user', 'rotate-database-user'];

const bundles = new Map<string, Uint8Array>();

/** What to upload as `index.js`, for the handler `index.handler`. @param program name of a file here, without its ending */
export const bundleFunction = (program: string): Uint8Array => {
  if (!bundles.has(program)) keep(buildSync(toOptions([program])).outputFiles);
  const content = bundles.get(program);
  if (!content) throw new Error(`esbuild wrote no bundle of ${program}.`);
  return content;
};

let all: Promise<void> | undefined;

/** Bundles every program, once, beside whatever else this process does; `bundleFunction` then has them at hand. */
export const bundleFunctions = (): Promise<void> => {
  all ??= build(toOptions(programs)).then(({ outputFiles }) => keep(outputFiles));
  return all;
};

const keep = (files: readonly OutputFile[]): void => {
  for (const { path, contents } of files) bundles.set(basename(path, '.js'), contents);
};

const toOptions = (names: readonly string[]) =>
  ({
    absWorkingDir: __dirname,
    // Beside this file: TypeScript among sources, JavaScript in a package.
    entryPoints: names.map((name) => join(__dirname, name + extname(__filename))),
    // Nothing is written there: esbuild names what it makes of several files by it.
    outdir: join(__dirname, 'bundles'),
    bundle: true,
    platform: 'node',
    target: 'node22',
    format: 'cjs',
    minify: true,
    // Licences ask to be kept; at the end they cost nothing to read.
    legalComments: 'eof',
    mainFields: ['module', 'main'],
    // A tsconfig found in a parent folder must not change the bundle.
    tsconfigRaw: { compilerOptions: { target: 'es2023' } },
    write: false,
    logLevel: 'silent',
  }) satisfies BuildOptions;
