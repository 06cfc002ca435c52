// How old something is, in the largest unit that says it.

const units = [
  ['d', 86_400_000],
  ['h', 3_600_000],
  ['m', 60_000],
] as const;

/** E.g. `3d`, `5h`, `12m`, `40s`. */
export function toAge(ms: number): string {
  for (const [name, length] of units) if (ms >= length) return `${Math.floor(ms / length)}${name}`;
  return `${Math.max(0, Math.floor(ms / 1000))}s`;
}
