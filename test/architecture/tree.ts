// The project as its rules see it: the TypeScript files, what they import, and what git keeps.
import { execFileSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { type Import, readImports } from './imports';

const project = join(__dirname, '../..');

export interface SourceFile {
  /** From the project's folder, e.g. `lib/config/names.ts`. */
  readonly path: string;
  readonly lines: readonly string[];
  /** Files as paths from the project's folder without `.ts`; packages as written. */
  readonly imports: readonly Import[];
}

export const listSources = (folder: string): SourceFile[] =>
  readdirSync(join(project, folder), { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.ts'))
    .map((name) => readSource(join(folder, name)))
    .sort((a, b) => (a.path < b.path ? -1 : 1));

function readSource(path: string): SourceFile {
  const text = readFileSync(join(project, path), 'utf8');
  const imports = readImports(text, path).map(({ name, when }) => ({
    name: name.startsWith('.') ? join(dirname(path), name) : name,
    when,
  }));
  return { path, lines: text.trimEnd().split('\n'), imports };
}

export const listFolder = (folder: string): string[] => readdirSync(join(project, folder)).sort();

export const exists = (path: string): boolean => existsSync(join(project, path));

export const readJson = (path: string) => JSON.parse(readFileSync(join(project, path), 'utf8'));

/** What lies at the top level of the repository, as git has it. */
export function listTopLevel(): string[] {
  const paths = execFileSync('git', ['ls-files', '-z'], { cwd: project, encoding: 'utf8' }).split('\0').filter(Boolean);
  return [...new Set(paths.map((path) => path.split('/')[0] as string))].sort();
}

export const withoutExtension = (path: string): string => path.replace(/\.ts$/, '');

/** Whether a file or package is the named one or inside it; a trailing `*` stands for any ending. */
export const isOf = (name: string, allowed: string): boolean =>
  allowed.endsWith('*') ? name.startsWith(allowed.slice(0, -1)) : name === allowed || name.startsWith(`${allowed}/`);

/** The package of an import; undefined for files and for what is Node's own. */
export function findPackage(name: string): string | undefined {
  if (/^(node:|bin\/|lib\/|test\/|\.)/.test(name)) return undefined;
  return name
    .split('/')
    .slice(0, name.startsWith('@') ? 2 : 1)
    .join('/');
}

/** The files that a file comes back to itself through, or undefined. */
export function findCircle(graph: ReadonlyMap<string, readonly string[]>): string[] | undefined {
  const done = new Set<string>();
  const follow = (file: string, way: readonly string[]): string[] | undefined => {
    if (way.includes(file)) return [...way.slice(way.indexOf(file)), file];
    if (done.has(file)) return undefined;
    for (const next of graph.get(file) ?? []) {
      const circle = follow(next, [...way, file]);
      if (circle) return circle;
    }
    done.add(file);
    return undefined;
  };
  for (const file of graph.keys()) {
    const circle = follow(file, []);
    if (circle) return circle;
  }
  return undefined;
}
