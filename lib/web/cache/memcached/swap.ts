// Changing what lies in memcached from what was there: again from the beginning whenever somebody was faster.
import type { Item, Memcached } from './memcached';

/** How often somebody may be faster. */
const mostTries = 8;

interface Kept {
  text: string;
  milliseconds: number;
}

/**
 * @param change undefined leaves it as it is
 * @param certain what is put there in the end, whatever is there: a change must not get lost because there are many
 */
export async function swap(
  memcached: Memcached,
  key: string,
  change: (was: Item | undefined) => Kept | undefined,
  certain?: () => Kept,
): Promise<void> {
  for (let attempt = 0; attempt < mostTries; attempt++) {
    const was = await memcached.get(key);
    const next = change(was);
    if (!next) return;
    if (await memcached.set(key, next.text, next.milliseconds, was ? { version: was.version } : 'absent')) return;
  }
  const last = certain?.();
  if (last && (await memcached.set(key, last.text, last.milliseconds))) return;
  throw new Error(`Others changed ${key} ${mostTries} times meanwhile.`);
}
