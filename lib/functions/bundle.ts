// A program of this folder as one file that Lambda runs: with every library it uses, the same bytes everywhere.
import { extname, join } from 'node:path';
import { buildSync } from 'esbuild';

const bundles = new Map<string, Uint8Array>();

/** What to upload as `index.js`, for the handler `index.handler`. @param program name of a file here, without its ending */
export const bundleFunction = (program: string): Uint8Array => {
  const known = bundles.get(program);
  if (known) return known;
  const { outputFiles } = buildSync({
    absWorkingDir: __dirname,
    // Beside this file: TypeScript among sources, JavaScript in a package.
    entryPoints: [join(__dirname, program + extname(__filename))],
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
  });
  const content = outputFiles[0]?.contents;
  if (!content) throw new Error(`esbuild wrote no bundle of ${program}.`);
  bundles.set(program, content);
  return content;
};
