// Makes a few JavaScript files of the app and every library it uses, so that a clone needs Node and nothing else.
import { extname } from 'node:path';
import { type BuildOptions, build, type Plugin } from 'esbuild';

/** The file that `node` runs. */
export const entry = 'web.cjs';

/** Libraries that the app loads after it has begun to answer; apart, because Node must read a file in whole. */
const lateLibraries: Record<string, string> = {
  '@aws-sdk/client-secrets-manager': 'secrets-manager.cjs',
  ioredis: 'ioredis.cjs',
  'mysql2/promise': 'mysql2.cjs',
};

/** What Fastify requires only for routes with schemas and for its test client; the app has neither. */
const unreached = ['@fastify/ajv-compiler', '@fastify/fast-json-stringify-compiler', 'light-my-request'];

/** File name → content. It depends on the sources only: not on the folder, the day or the machine. */
export async function bundleApp(projectFolder: string): Promise<Map<string, Uint8Array>> {
  const files = await Promise.all([
    // TypeScript among sources, JavaScript in a package.
    bundle(projectFolder, `bin/web${extname(__filename)}`, entry, [lateLibrariesBeside]),
    ...Object.entries(lateLibraries).map(([library, file]) => bundle(projectFolder, library, file)),
  ]);
  return new Map(files);
}

const lateLibrariesBeside: Plugin = {
  name: 'late-libraries-beside',
  setup({ onResolve }) {
    onResolve({ filter: /^[^./]/ }, ({ path }) => {
      const file = lateLibraries[path];
      return file === undefined ? undefined : { path: `./${file}`, external: true };
    });
  },
};

const options: BuildOptions = {
  bundle: true,
  platform: 'node',
  target: 'node20',
  format: 'cjs',
  minify: true,
  // Licences ask to be kept; at the end they cost nothing to read.
  legalComments: 'eof',
  // The libraries' ES modules, where they have some: only these can be cut down to what is used.
  mainFields: ['module', 'main'],
  // A tsconfig found in a parent folder must not change the release.
  tsconfigRaw: { compilerOptions: { target: 'es2023' } },
  external: unreached,
  write: false,
  logLevel: 'silent',
};

async function bundle(
  projectFolder: string,
  entryPoint: string,
  file: string,
  plugins: Plugin[] = [],
): Promise<[string, Uint8Array]> {
  const { outputFiles } = await build({ ...options, absWorkingDir: projectFolder, entryPoints: [entryPoint], plugins });
  const content = outputFiles?.[0]?.contents;
  if (!content) throw new Error(`esbuild wrote no bundle of ${entryPoint}.`);
  return [file, content];
}
