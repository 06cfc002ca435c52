// Which packages are really in a release: those that something in it was bundled from, or that lie in it whole.
import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { ReleaseContent } from './content';
import { byCodeUnit } from './descriptor';

export interface Package {
  readonly name: string;
  readonly version: string;
  /** As its author wrote it. @default - none */
  readonly license?: string;
}

/** By name, then version; the app itself is not among them. */
export function listPackages({ app, clone, files }: Pick<ReleaseContent, 'app' | 'clone' | 'files'>): Package[] {
  const packageOf = new Map<string, Package | undefined>();
  const findPackage = (folder: string): Package | undefined => {
    if (!packageOf.has(folder)) {
      const file = join(folder, 'package.json');
      const found = existsSync(file) ? toPackage(readFileSync(file, 'utf8')) : undefined;
      const above = dirname(folder);
      packageOf.set(folder, found ?? (above === folder ? undefined : findPackage(above)));
    }
    return packageOf.get(folder);
  };
  const findAll = (root: string, inputs: readonly string[]): (Package | undefined)[] =>
    inputs.filter(isFile).map((path) => findPackage(dirname(join(root, path))));
  const whole = [...files].filter(([path]) => /\/node_modules\/.*\bpackage\.json$/.test(path));
  const own = findPackage(app.folder);
  const found = [
    ...findAll(app.folder, app.inputs),
    ...findAll(clone.root, clone.inputs),
    ...whole.map(([, content]) => toPackage(Buffer.from(content).toString())),
  ].filter((each) => each !== undefined && each !== own);
  const byName = new Map(found.map((each) => [`${each?.name}@${each?.version}`, each as Package]));
  return [...byName].sort(([a], [b]) => byCodeUnit(a, b)).map(([, each]) => each);
}

/** esbuild writes what it made up itself as `namespace:path`. */
const isFile = (path: string): boolean => !/^[^/]*:/.test(path);

/** Libraries also have files of this name that only say which kind of modules are below. */
function toPackage(text: string): Package | undefined {
  try {
    const { name, version, license, licenses } = JSON.parse(text);
    if (typeof name !== 'string' || typeof version !== 'string') return undefined;
    const said = license ?? licenses?.[0];
    const named = typeof said === 'object' ? said?.type : said;
    return { name, version, license: typeof named === 'string' ? named : undefined };
  } catch {
    return undefined;
  }
}
