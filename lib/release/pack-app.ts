// Packs an app into the one artifact that every clone runs: any team's, ours by the same door.
import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { releaseFiles } from '../config/names';
import type { Architecture } from '../config/node-types';
import { type ReleaseContent, readContent, toMembers } from './content';
import type { ReleaseAbout, ReleaseDescriptor } from './descriptor';
import { releasesFolder } from './home';
import { pruneReleases } from './prune';
import { canTry, tryApp } from './trial';
import { writeWhole } from './write-whole';

export interface PackAppOptions {
  /** Folder of the app: its package.json says by `clonekit.release` what is packed and how. */
  readonly folder: string;
  /** Of the clones: an archive holds the Node of one. */
  readonly architecture: Architecture;
  /**
   * Folder for the archive, created as needed.
   * @default - `releases` in the home folder: `CLONEKIT_HOME`, or `.clonekit` where the command is run; the last ten are kept
   */
  readonly outDir?: string;
}

export interface PackedRelease extends ReleaseDescriptor {
  readonly about: ReleaseAbout;
  /** Path of what it is made of, beside the archive: `<digest>.cdx.json`. */
  readonly sbom: string;
  /** Bytes of JavaScript of the app. */
  readonly appBytes: number;
  /**
   * From the start of the app to its first answer, in milliseconds, when it was tried.
   * @default - it was not: only Linux can
   */
  readonly startMs?: number;
}

/**
 * The app is started once before a release is written that was not there, in the sandbox that clones have.
 * @throws OperatorError when the app cannot be packed or does not answer, with the first reason; nothing is written then
 */
export async function packApp({
  folder,
  architecture,
  outDir = releasesFolder(),
}: PackAppOptions): Promise<PackedRelease> {
  const content = await readContent(resolve(folder), architecture);
  const { digest, about } = content;
  const toPath = (ending: string): string => join(outDir, `${digest}.${ending}`);
  const [file, sbom, tried] = [toPath('tar.gz'), toPath('cdx.json'), toPath('tried.json')];
  const release = { digest, file, about, sbom, appBytes: toAppBytes(content) };
  const isThere = [file, sbom, tried].every((each) => existsSync(each));
  const startMs = isThere ? (await readTrial(tried)).startMs : await write(content, { file, sbom, tried });
  if (resolve(outDir) === releasesFolder()) await pruneReleases(outDir, digest);
  return { ...release, startMs };
}

/** @returns how long the app took to answer, in milliseconds, where it can be tried */
async function write(
  content: ReleaseContent,
  to: { file: string; sbom: string; tried: string },
): Promise<number | undefined> {
  const startMs = canTry ? await tryApp(content) : undefined;
  // Late: it takes longer to load than a release that is there takes to find.
  const { toSbom } = await import('./sbom');
  await writeWhole(to.sbom, [async () => Buffer.from(toSbom(content))]);
  await writeWhole(to.file, toMembers(content));
  await writeWhole(to.tried, [async () => Buffer.from(`${JSON.stringify({ startMs })}\n`)]);
  return startMs;
}

const readTrial = async (file: string): Promise<{ startMs?: number }> => JSON.parse(await readFile(file, 'utf8'));

const toAppBytes = ({ files }: ReleaseContent): number =>
  [...files]
    .filter(([path]) => path.startsWith(`${releaseFiles.app}/`) && /\.[cm]?js$/.test(path))
    .reduce((sum, [, content]) => sum + content.length, 0);
