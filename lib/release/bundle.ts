// Makes one JavaScript file of a program and every library it uses, so that a clone needs Node and nothing else.
import { type BuildFailure, type BuildOptions, build, type Message, type Plugin } from 'esbuild';
import { OperatorError } from '../config/operator-error';

export interface BundleOptions {
  /** All paths are from here. */
  readonly folder: string;
  /** The program's file, or a library's name. */
  readonly entry: string;
  /** Library → file beside the bundle that it is loaded from. */
  readonly apart?: ReadonlyMap<string, string>;
}

export interface Bundle {
  /** It depends on the sources only: not on the folder, the day or the machine. */
  readonly content: Uint8Array;
  /** Paths from the folder, of all that is in it; what was read and then left out is not. */
  readonly inputs: readonly string[];
}

/** @throws OperatorError when it cannot be made: what is missing or wrong, and where */
export async function bundle({ folder, entry, apart = new Map() }: BundleOptions): Promise<Bundle> {
  const plugins = [loadedFromBeside(apart)];
  const entryPoints = [entry];
  const { outputFiles, metafile } = await build({ ...options, absWorkingDir: folder, entryPoints, plugins }).catch(
    (failure: Partial<BuildFailure>) => {
      throw new OperatorError(
        `${entry} must become one file with all it imports; got: ${toText(failure)}; correct it in ${folder}`,
      );
    },
  );
  const content = outputFiles[0]?.contents;
  if (!content) throw new Error(`esbuild wrote no bundle of ${entry}.`);
  const [output] = Object.values(metafile.outputs);
  const inputs = Object.entries(output?.inputs ?? {}).filter(([, { bytesInOutput }]) => bytesInOutput > 0);
  return { content, inputs: inputs.map(([path]) => path) };
}

const options = {
  bundle: true,
  platform: 'node',
  // The release's own Node runs it.
  target: 'node24',
  format: 'cjs',
  minify: true,
  // Licences ask to be kept; at the end they cost nothing to read.
  legalComments: 'eof',
  // The libraries' ES modules, where they have some: only these can be cut down to what is used.
  mainFields: ['module', 'main'],
  // What an ES module knows of where it is.
  define: {
    'import.meta.url': 'importMetaUrl',
    'import.meta.filename': '__filename',
    'import.meta.dirname': '__dirname',
  },
  banner: { js: "const importMetaUrl=require('node:url').pathToFileURL(__filename).href;" },
  // A tsconfig found in a parent folder must not change the release.
  tsconfigRaw: { compilerOptions: { target: 'es2023' } },
  metafile: true,
  write: false,
  logLevel: 'silent',
} satisfies BuildOptions;

const loadedFromBeside = (apart: ReadonlyMap<string, string>): Plugin => ({
  name: 'loaded-from-beside',
  setup({ onResolve }) {
    onResolve({ filter: /^[^./]/ }, ({ path }) => {
      const file = apart.get(path);
      return file === undefined ? undefined : { path: `./${file}`, external: true };
    });
  },
});

function toText({ errors, message }: Partial<BuildFailure>): string {
  const [first] = errors ?? [];
  if (!first) return String(message);
  const at = first.location ? ` (${first.location.file}:${first.location.line})` : '';
  return isNativeAddon(first) ? `a native addon${at}, which Node's permission model does not load` : first.text + at;
}

const isNativeAddon = ({ text }: Message): boolean => text.startsWith('No loader is configured for ".node" files');
