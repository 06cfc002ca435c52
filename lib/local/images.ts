// The releases that clones of this machine can be launched from: the fleet's own, and every other that was packed.
import { readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { type ReleaseImage, toReleaseImage } from './launch-templates';

const isArchive = (name: string): boolean => /^[0-9a-f]{64}\.tar\.gz$/.test(name);

function listArchives(folder: string): string[] {
  try {
    return readdirSync(folder)
      .filter(isArchive)
      .map((name) => join(folder, name));
  } catch {
    return []; // nothing was packed there
  }
}

export class Images {
  readonly first: ReleaseImage;

  constructor(
    archive: string,
    private readonly folder: string | undefined,
  ) {
    this.first = toReleaseImage(archive, new Date());
  }

  /** As they are now; those of an architecture that this machine is not, included. */
  get all(): ReleaseImage[] {
    const others = this.folder === undefined ? [] : listArchives(this.folder);
    const found = others.map((file) => toReleaseImage(file, statSync(file).mtime));
    return [this.first, ...found.filter(({ id }) => id !== this.first.id)];
  }

  find(id: string): ReleaseImage | undefined {
    return this.all.find((image) => image.id === id);
  }

  get(id: string): ReleaseImage {
    const found = this.find(id);
    if (found) return found;
    throw new Error(`image ${id} is not on this machine any more`);
  }
}
