// All that is in a release, gathered, summed and named; nothing is written yet.
import { readFile } from 'node:fs/promises';
import { releaseFiles } from '../config/names';
import type { Architecture } from '../config/node-types';
import { type AppFiles, readAppFiles } from './app-files';
import { type CloneFiles, readCloneFiles } from './clone-files';
import { byCodeUnit, type ReleaseAbout, sha256 } from './descriptor';
import { endMember, toMember } from './member';
import { getRuntime, type Runtime } from './runtime';
import { toSumsText } from './sums';

export interface ReleaseContent {
  readonly digest: string;
  readonly about: ReleaseAbout;
  /** Path → content of every file but the Node. */
  readonly files: ReadonlyMap<string, Uint8Array>;
  readonly runtime: Runtime;
  /** Where the files are from. */
  readonly app: AppFiles;
  readonly clone: CloneFiles;
}

/** The licence of Node, which says that it must go with it. */
const licensePath = `${releaseFiles.node}.LICENSE`;

/** @throws OperatorError naming what cannot be packed, or the Node that cannot be had */
export async function readContent(folder: string, architecture: Architecture): Promise<ReleaseContent> {
  const [app, runtime] = await Promise.all([readAppFiles(folder), getRuntime(architecture)]);
  const entry = `${releaseFiles.app}/${app.entry}`;
  const clone = await readCloneFiles(entry);
  const about: ReleaseAbout = { name: app.about.name, entry, architecture, node: runtime.version };
  const files = new Map<string, Uint8Array>([
    ...[...app.files].map(([path, content]) => [`${releaseFiles.app}/${path}`, content] as const),
    ...clone.files,
    [licensePath, await readFile(runtime.license)],
    [releaseFiles.about, Buffer.from(`${JSON.stringify(about, null, 2)}\n`)],
  ]);
  const sums = new Map([...files].map(([path, content]) => [path, sha256(content)] as const));
  const list = Buffer.from(toSumsText(sums.set(releaseFiles.node, runtime.sha256)));
  return { digest: sha256(list), about, files: files.set(releaseFiles.sums, list), runtime, app, clone };
}

/** The archive, part by part: by path. */
export const toMembers = ({ files, runtime }: ReleaseContent): (() => Promise<Uint8Array>)[] => [
  ...[...files.keys(), releaseFiles.node].sort(byCodeUnit).map((path) => () => {
    const content = files.get(path);
    return content ? toMember(path, content) : readFile(runtime.member);
  }),
  async () => endMember,
];
