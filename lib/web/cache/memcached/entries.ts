// Entries in memcached: one text each, replaced as a whole.
import { markerMilliseconds } from '../lifetimes';
import type { Marker } from '../marker';
import type { Memcached } from './memcached';
import { type Packed, pack, unpack } from './packed';
import { swap } from './swap';

export class Entries {
  constructor(private readonly memcached: Memcached) {}

  async find(key: string): Promise<Packed | undefined> {
    const item = await this.memcached.get(key);
    return item && unpack(item.text);
  }

  /** @param blank where there is none yet */
  async getMarker(key: string, blank: Marker, milliseconds: number): Promise<Marker> {
    const found = await this.find(key);
    if (found) return found.marker;
    if (await this.memcached.set(key, pack({ marker: blank, parts: new Map() }), milliseconds, 'absent')) return blank;
    return (await this.find(key))?.marker ?? blank;
  }

  /** Adds to what is there, only while the marker is this one. */
  async add(key: string, marker: Marker, milliseconds: number, addTo: (parts: Packed['parts']) => void): Promise<void> {
    await swap(this.memcached, key, (was) => {
      const packed = was && unpack(was.text);
      if (packed?.marker !== marker) return undefined;
      addTo(packed.parts);
      return { text: pack(packed), milliseconds: Math.max(milliseconds, was?.milliseconds ?? 0) };
    });
  }

  /** Puts something else there, for as long as a marker must stay. @param certain the marker when too many do at once */
  async replace(key: string, certain: Marker, toNext: (was: Packed | undefined) => Packed): Promise<void> {
    const keep = (packed: Packed) => ({ text: pack(packed), milliseconds: markerMilliseconds });
    await swap(
      this.memcached,
      key,
      (was) => keep(toNext(was && unpack(was.text))),
      () => keep({ marker: certain, parts: new Map() }),
    );
  }
}
