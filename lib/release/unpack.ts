// Unpacks a release, and only if every byte is what its name and manifest promise.
import { mkdir, writeFile } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { list } from 'tar';
import { manifestFile } from '../config/names';
import { type ReleaseManifest, sha256 } from './descriptor';

/** Verifies the whole archive in memory before the first file is written; returns the manifest. */
export async function unpackRelease(file: string, dir: string): Promise<ReleaseManifest> {
  const files = await readArchive(file);
  const manifest = verifyManifest(file, files);
  verifyFiles(file, manifest, files);
  for (const [path, content] of files) {
    const target = join(dir, path);
    await mkdir(dirname(target), { recursive: true });
    await writeFile(target, content);
  }
  return manifest;
}

async function readArchive(file: string): Promise<Map<string, Buffer>> {
  const files = new Map<string, Buffer>();
  try {
    await list({
      file,
      strict: true,
      onReadEntry: (entry) => {
        const chunks: Buffer[] = [];
        entry.on('data', (chunk) => chunks.push(chunk));
        entry.on('end', () => files.set(entry.path, Buffer.concat(chunks)));
      },
    });
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new Error(`Release ${file} is truncated or not a release archive (${reason}); pack it again.`);
  }
  return files;
}

function verifyManifest(file: string, files: Map<string, Buffer>): ReleaseManifest {
  const bytes = files.get(manifestFile);
  if (!bytes)
    throw new Error(`Release ${file} is truncated or not a release archive (no ${manifestFile}); pack it again.`);
  const expected = basename(file, '.tar.gz');
  const digest = sha256(bytes);
  if (digest !== expected) {
    throw new Error(`Release ${file}: ${manifestFile} differs from the file name, got: ${digest}; pack it again.`);
  }
  return JSON.parse(bytes.toString('utf8')) as ReleaseManifest;
}

function verifyFiles(file: string, manifest: ReleaseManifest, files: Map<string, Buffer>): void {
  for (const [path, sum] of Object.entries(manifest.files)) {
    if (path.startsWith('/') || path.split('/').includes('..')) {
      throw new Error(`Release ${file}: ${path} would be written outside its folder; pack it again.`);
    }
    const content = files.get(path);
    if (!content) throw new Error(`Release ${file}: ${path} is missing from the archive; pack it again.`);
    if (sha256(content) !== sum) throw new Error(`Release ${file}: ${path} differs from the manifest; pack it again.`);
  }
  for (const path of files.keys()) {
    if (path === manifestFile || Object.hasOwn(manifest.files, path)) continue;
    throw new Error(`Release ${file}: ${path} is not in the manifest; pack it again.`);
  }
}
