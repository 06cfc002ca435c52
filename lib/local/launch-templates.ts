// The versions of the launch template, and the images they may name: what a clone is launched from.
import { basename } from 'node:path';
import { toHex } from './physical';

/** A packed release, as the image it would be baked into. */
export interface ReleaseImage {
  readonly id: string;
  /** Digest of the release. */
  readonly release: string;
  /** Path of the packed release. */
  readonly archive: string;
  readonly createdAt: Date;
}

export interface TemplateVersion {
  readonly number: number;
  readonly imageId: string;
  /** As text, with everything that runs on this machine at `host`. */
  readonly toUserData: (host: string) => string;
  readonly description?: string;
  readonly createdAt: Date;
}

/** An image's name on this machine follows from the release in it. */
export const toImageId = (release: string): string => `ami-${toHex(release, 17)}`;

export const toReleaseImage = (archive: string, createdAt: Date): ReleaseImage => {
  const release = basename(archive, '.tar.gz');
  return { id: toImageId(release), release, archive, createdAt };
};

/** Where user data that was given as text says it is. */
const here = '127.0.0.1:';

export class LaunchTemplates {
  readonly #versions = new Map<number, TemplateVersion>();
  #next = 1;

  constructor(first: Pick<TemplateVersion, 'imageId' | 'toUserData'>) {
    this.#add(first);
  }

  get all(): TemplateVersion[] {
    return [...this.#versions.values()];
  }

  /** The newest. */
  get latest(): TemplateVersion {
    return this.all.at(-1) as TemplateVersion;
  }

  /** The first is the default, as long as nobody chooses another. */
  get default(): TemplateVersion {
    return this.#versions.get(1) as TemplateVersion;
  }

  /** By number, `$Latest` or `$Default`. */
  find(version: string): TemplateVersion | undefined {
    if (version === '$Latest') return this.latest;
    if (version === '$Default') return this.default;
    return this.#versions.get(Number(version));
  }

  create(
    source: TemplateVersion,
    {
      imageId,
      userData,
      description,
    }: { readonly imageId?: string; readonly userData?: string; readonly description?: string },
  ): TemplateVersion {
    return this.#add({
      imageId: imageId ?? source.imageId,
      toUserData: userData === undefined ? source.toUserData : (host) => userData.replaceAll(here, `${host}:`),
      description,
    });
  }

  /** One that nothing is launched from any more. */
  remove(version: TemplateVersion): void {
    this.#versions.delete(version.number);
  }

  #add(version: Pick<TemplateVersion, 'imageId' | 'toUserData' | 'description'>): TemplateVersion {
    const made: TemplateVersion = { number: this.#next++, createdAt: new Date(), ...version };
    this.#versions.set(made.number, made);
    return made;
  }
}
