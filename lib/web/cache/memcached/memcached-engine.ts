// The objects cache on memcached: it has no scripts and no sets, so what was read is replaced only if nobody was faster.
import { unknownPosition } from '../../database/dialect';
import { type Engine, type Entry, type Fill, membersPart, rankedPart } from '../engine';
import { leaseMilliseconds, untilFilledMilliseconds } from '../lifetimes';
import {
  createNonce,
  isPending,
  isRecentDrop,
  type Marker,
  pending,
  settlePosition,
  toDropMarker,
  toMarker,
  toNonce,
} from '../marker';
import { Entries } from './entries';
import type { Memcached } from './memcached';
import { pushTo, readNumbers, toText } from './numbers';
import type { Part } from './packed';
import { Tags } from './tags';

/** Its seconds begin whenever they like: one more, so that a lease lasts at least as long as it should. */
const leaseOfSeconds = leaseMilliseconds + 1_000;

export function createMemcachedEngine(memcached: Memcached): Engine {
  const entries = new Entries(memcached);
  const tags = new Tags(memcached);

  /** Leases are by marker: after a change everybody may take one. */
  const toLeaseKey = ({ key, part }: Entry, marker: Marker): string => `lease:${key}:${part}:${toNonce(marker)}`;

  const fill = async (entry: Entry, { marker, milliseconds }: Fill, part: Part): Promise<void> => {
    await entries.add(entry.key, marker, milliseconds, (parts) => parts.set(entry.part, part));
    await memcached.delete(toLeaseKey(entry, marker));
  };

  const findText = async ({ key, part }: Entry): Promise<string | undefined> =>
    (await entries.find(key))?.parts.get(part)?.text;

  const findNumbers = async (key: string, part: string): Promise<number[] | undefined> => {
    const text = await findText({ key, part });
    return text === undefined ? undefined : readNumbers(text);
  };

  return {
    async find({ key, part }) {
      const packed = await entries.find(key);
      return { marker: packed?.marker ?? '', text: packed?.parts.get(part)?.text };
    },

    fill: (entry, given) => fill(entry, given, { text: given.text }),

    async take(entry, nonce) {
      const marker = await entries.getMarker(entry.key, toMarker(nonce, ''), untilFilledMilliseconds);
      const isTaken =
        !isPending(marker) && (await memcached.set(toLeaseKey(entry, marker), '', leaseOfSeconds, 'absent'));
      return { marker, isTaken };
    },

    async release(entry, marker) {
      await memcached.delete(toLeaseKey(entry, marker));
    },

    begin: (key, nonce) => {
      const marker = toMarker(nonce, pending);
      return entries.replace(key, marker, (packed) => ({ marker, parts: packed?.parts ?? new Map() }));
    },

    end: (key, change) =>
      entries.replace(key, toMarker(change.nonce, unknownPosition), (packed) => ({
        marker: toMarker(change.nonce, settlePosition(packed?.marker, change)),
        parts: new Map(),
      })),

    findMembers: (key) => findNumbers(key, membersPart),

    fillMembers: (key, given) => fill({ key, part: membersPart }, given, { text: toText(given) }),

    async findCommon(one, other) {
      const [ofOne, ofOther] = await Promise.all([one, other].map((key) => findNumbers(key, membersPart)));
      if (!ofOne || !ofOther) return undefined;
      const known = new Set(ofOther);
      return ofOne.filter((number) => known.has(number));
    },

    async findRanked(key, before, limit) {
      const numbers = await findNumbers(key, rankedPart);
      return numbers?.filter((number) => number < before).slice(0, limit);
    },

    fillRanked: (key, given) => {
      const numbers = [...given.numbers].sort((a, b) => b - a);
      return fill({ key, part: rankedPart }, given, { text: toText({ ...given, numbers }) });
    },

    async push(keys, number, bound, change) {
      await Promise.all(
        keys.map((key) =>
          entries.replace(key, toMarker(change.nonce, unknownPosition), (packed) => {
            const marker = toMarker(change.nonce, settlePosition(packed?.marker, change));
            const text = packed?.parts.get(rankedPart)?.text;
            const pushed = text === undefined ? undefined : pushTo(text, number, bound);
            return { marker, parts: new Map(pushed === undefined ? [] : [[rankedPart, { text: pushed }]]) };
          }),
        ),
      );
    },

    async findTagged({ key, part }) {
      const found = (await entries.find(key))?.parts.get(part);
      return found && (await tags.areAsWhen(found.tags ?? [])) ? found.text : undefined;
    },

    async findDrops({ key, part }) {
      const found = (await entries.find(key))?.parts.get(part);
      const markers = await tags.findMarkers(found?.tags ?? []);
      return markers.filter((marker) => isRecentDrop(marker));
    },

    async fillTagged(entry, given) {
      const markers = await tags.getMarkers(given.tags, toMarker(createNonce(), ''), given.milliseconds);
      const unseen = markers.filter((marker) => isRecentDrop(marker) && !given.seen.includes(toNonce(marker)));
      if (unseen.length > 0) return unseen;
      const held = given.tags.map((tag, at) => [tag, toNonce(markers[at] ?? '')] as const);
      await fill(entry, given, { text: given.text, tags: held });
      return [];
    },

    async drop(dropped, change) {
      await Promise.all(
        dropped.map((tag) =>
          tags.change(tag, toDropMarker(change.nonce, unknownPosition), (was) => {
            const isAlone = was === undefined || !isRecentDrop(was);
            return toDropMarker(change.nonce, settlePosition(isAlone ? undefined : was, change));
          }),
        ),
      );
    },
  };
}
