// Tags in memcached: a marker each, and whoever holds another one holds what was dropped.
import { markerMilliseconds } from '../lifetimes';
import { type Marker, toNonce } from '../marker';
import type { Memcached } from './memcached';
import { swap } from './swap';

/** A tag and its nonce, as they were when something was filled. */
export type HeldTag = readonly [tag: string, nonce: string];

const toKey = (tag: string): string => `tag:${tag}`;

export class Tags {
  constructor(private readonly memcached: Memcached) {}

  async areAsWhen(held: readonly HeldTag[]): Promise<boolean> {
    const markers = await this.#read(held.map(([tag]) => tag));
    return held.every(([, nonce], at) => nonce === toNonce(markers[at] ?? ''));
  }

  async findMarkers(held: readonly HeldTag[]): Promise<Marker[]> {
    return (await this.#read(held.map(([tag]) => tag))).filter((marker) => marker !== undefined);
  }

  /** Of each, in order. @param blank where there is none yet: one that went unnoticed must not look like none */
  async getMarkers(tags: readonly string[], blank: Marker, milliseconds: number): Promise<Marker[]> {
    const found = await this.#read(tags);
    return Promise.all(
      tags.map(async (tag, at): Promise<Marker> => {
        const marker = found[at];
        if (marker === undefined) {
          if (await this.memcached.set(toKey(tag), blank, milliseconds, 'absent')) return blank;
          return (await this.memcached.get(toKey(tag)))?.text ?? blank;
        }
        // Longer than whatever holds it: when it goes, all that holds it is lost.
        await this.memcached.touch(toKey(tag), Math.max(milliseconds, markerMilliseconds));
        return marker;
      }),
    );
  }

  /** @param certain the marker when too many change it at once */
  async change(tag: string, certain: Marker, toNext: (was: Marker | undefined) => Marker): Promise<void> {
    const keep = (text: Marker) => ({ text, milliseconds: markerMilliseconds });
    await swap(
      this.memcached,
      toKey(tag),
      (was) => keep(toNext(was?.text)),
      () => keep(certain),
    );
  }

  async #read(tags: readonly string[]): Promise<(Marker | undefined)[]> {
    return (await this.memcached.getAll(tags.map(toKey))).map((item) => item?.text);
  }
}
