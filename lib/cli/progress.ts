// Tells how far something is while it goes on: one line that changes on a terminal, a line for each news elsewhere.

/** Called with every look; says only what is new. */
export type Progress = (news: string) => void;

/** Elsewhere than on a terminal nothing new is said more often than this, but the first time. */
const everyMs = 60_000;

/** To standard error, so that what is printed for programs stays theirs. */
export function createProgress(
  { json }: { readonly json?: boolean },
  out: Pick<NodeJS.WriteStream, 'isTTY' | 'write'> = process.stderr,
): Progress {
  let told = '';
  let at = Number.NEGATIVE_INFINITY;
  return (news) => {
    if (json || news === told) return;
    if (out.isTTY) {
      out.write(`\r\u001b[2K${news}`);
    } else {
      // What differs in figures only is the same news.
      const isNew = news.replace(/\d+/g, '0') !== told.replace(/\d+/g, '0');
      if (!isNew && performance.now() - at < everyMs) return;
      out.write(`${news}\n`);
      at = performance.now();
    }
    told = news;
  };
}

/** E.g. `about 3 min left`; nothing where nothing can be said. */
export const toEta = (seconds: number | null): string => {
  if (seconds === null || seconds <= 0) return '';
  return seconds < 90 ? `, about ${Math.ceil(seconds)} s left` : `, about ${Math.ceil(seconds / 60)} min left`;
};
