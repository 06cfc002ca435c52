// Reads a packed release into memory, or names the first thing in it that is not as its name promises.
import { basename } from 'node:path';
import { list } from 'tar';
import { releaseFiles } from '../config/names';
import { OperatorError } from '../config/operator-error';
import { byCodeUnit, type ReleaseAbout, sha256 } from './descriptor';
import { findSums, type Sums } from './sums';

export interface ReadRelease {
  readonly digest: string;
  readonly about: ReleaseAbout;
  /** Path → content of every file, the list of sums too. */
  readonly files: ReadonlyMap<string, Buffer>;
}

/** @throws OperatorError naming the first file that differs, is missing or is extra, or that the archive is truncated */
export async function readRelease(file: string): Promise<ReadRelease> {
  const refuse = (problem: string): OperatorError => new OperatorError(`Release ${file}: ${problem}; pack it again`);
  const files = await readArchive(file).catch((error: Error) => {
    throw refuse(`it is truncated or not a release archive, got: ${error.message}`);
  });
  const list = files.get(releaseFiles.sums);
  if (!list) throw refuse(`it is truncated or not a release archive, got: no ${releaseFiles.sums}`);
  const digest = sha256(list);
  if (digest !== basename(file, '.tar.gz')) {
    throw refuse(`${releaseFiles.sums} differs from the file's name, got: ${digest}`);
  }
  const sums = findSums(list.toString());
  if (!sums) throw refuse(`${releaseFiles.sums} is not a list of sums within the release`);
  const problem = findProblem(sums, files);
  if (problem !== undefined) throw refuse(problem);
  const about = files.get(releaseFiles.about);
  if (!about) throw refuse(`${releaseFiles.about} is missing`);
  return { digest, about: JSON.parse(about.toString()) as ReleaseAbout, files };
}

async function readArchive(file: string): Promise<Map<string, Buffer>> {
  const files = new Map<string, Buffer>();
  let problem: string | undefined;
  await list({
    file,
    strict: true,
    onReadEntry: (entry) => {
      const chunks: Buffer[] = [];
      if (entry.type !== 'File') problem ??= `${entry.path}, which is no file`;
      if (files.has(entry.path)) problem ??= `${entry.path} twice`;
      entry.on('data', (chunk) => chunks.push(chunk));
      entry.on('end', () => files.set(entry.path, Buffer.concat(chunks)));
    },
  });
  if (problem !== undefined) throw new Error(problem);
  return files;
}

/** In the order of the paths, so that "first" means the same for whoever looks. */
function findProblem(sums: Sums, files: ReadonlyMap<string, Buffer>): string | undefined {
  const paths = new Set([...sums.keys(), ...files.keys()]);
  paths.delete(releaseFiles.sums);
  for (const path of [...paths].sort(byCodeUnit)) {
    const [sum, content] = [sums.get(path), files.get(path)];
    if (!content) return `${path} is missing from the archive`;
    if (sum === undefined) return `${path} is extra: ${releaseFiles.sums} does not name it`;
    if (sha256(content) !== sum) return `${path} differs from its sum, got: ${sha256(content)}`;
  }
  return undefined;
}
