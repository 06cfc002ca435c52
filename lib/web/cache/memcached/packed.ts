// How one entry is kept as one text in memcached: its marker, and every part it has, so that dropping it drops all.
import type { Marker } from '../marker';
import type { HeldTag } from './tags';

export interface Packed {
  marker: Marker;
  /** By name. */
  parts: Map<string, Part>;
}

export interface Part {
  text: string;
  tags?: readonly HeldTag[];
}

/** A line of JSON that says how long each part is, and then the parts as they are: reading one parses no other. */
export function pack({ marker, parts }: Packed): string {
  const heads = [...parts].map(([name, { text, tags }]) => [name, text.length, ...(tags ? [tags] : [])]);
  return `${JSON.stringify([marker, heads])}\n${[...parts.values()].map(({ text }) => text).join('')}`;
}

export function unpack(packed: string): Packed {
  const end = packed.indexOf('\n');
  const [marker, heads] = JSON.parse(packed.slice(0, end)) as [Marker, [string, number, HeldTag[]?][]];
  const parts = new Map<string, Part>();
  let at = end + 1;
  for (const [name, length, tags] of heads) {
    parts.set(name, { text: packed.slice(at, at + length), tags });
    at += length;
  }
  return { marker, parts };
}
