// A time as people write it.
import { UsageError } from './usage-error';

const milliseconds: Readonly<Record<string, number>> = { s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 };

/** `40s`, `10m`, `2h` or `3d`, in milliseconds. */
export function toMilliseconds(text: string): number {
  const [, count, unit] = /^(\d+)([smhd])$/.exec(text) ?? [];
  const length = milliseconds[unit ?? ''];
  if (length) return Number(count) * length;
  throw new UsageError(`a time must be a number and s, m, h or d, got: ${text}. Write it like 10m`);
}
