// Keeps the folder of releases from growing for ever: each change of a source packs another one, of 50 MB.
import { readdir, rm, stat, utimes } from 'node:fs/promises';
import { join } from 'node:path';
import { byCodeUnit } from './descriptor';

/** More than anybody goes back to; what is removed can be packed again, to the same digest. */
const kept = 10;

/** Marks a release as used just now, and removes all but those used last. */
export async function pruneReleases(folder: string, digest: string): Promise<void> {
  const now = new Date();
  const archives = (await readdir(folder)).filter((name) => /^[0-9a-f]{64}\.tar\.gz$/.test(name));
  await utimes(join(folder, `${digest}.tar.gz`), now, now);
  const used = await Promise.all(archives.map(async (name) => ({ name, at: await findTime(join(folder, name)) })));
  const old = used.sort((a, b) => b.at - a.at || byCodeUnit(a.name, b.name)).slice(kept);
  for (const { name } of old) {
    const path = join(folder, name.replace(/\.tar\.gz$/, ''));
    for (const ending of ['tried.json', 'cdx.json', 'tar.gz']) await rm(`${path}.${ending}`, { force: true });
  }
}

/** Another process may have removed it meanwhile. */
const findTime = (file: string): Promise<number> =>
  stat(file).then(
    ({ mtimeMs }) => mtimeMs,
    () => 0,
  );
