// What a process said last that tells of trouble: words of a server, or a JSON line of a clone.

/** Lines further back are about something else. */
const considered = 40;
const maxLetters = 300;

/** The last line of a log that tells of trouble, else its last line; empty when there is none. */
export function toLastWords(log: string): string {
  const lines = log.trim().split('\n').slice(-considered).map(toLine);
  return ((lines.findLast(({ isTrouble }) => isTrouble) ?? lines.at(-1))?.words ?? '').slice(0, maxLetters);
}

interface Line {
  readonly words: string;
  readonly isTrouble: boolean;
}

const toLine = (text: string): Line => {
  const { level, msg, reason, path } = toRecord(text);
  if (typeof msg === 'string' && typeof level === 'number') {
    return { words: [msg, reason, path].filter(Boolean).join(': '), isTrouble: level >= 50 };
  }
  return { words: text.trim(), isTrouble: /error|alert|fatal|cannot|failed|no space/i.test(text) };
};

const toRecord = (text: string): Readonly<Record<string, unknown>> => {
  try {
    return Object(JSON.parse(text));
  } catch {
    return {};
  }
};
