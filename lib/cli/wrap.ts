// Text in lines that fit a terminal; a word that is longer stands alone.

/** What a terminal shows in a line. */
export const columns = 80;

/**
 * @param indent what lines after the first begin with
 * @param width columns of a line
 */
export function wrap(text: string, indent = '', width = columns): string {
  const lines: string[] = [];
  const [first = '', ...words] = text.split(' ');
  let line = first;
  for (const word of words) {
    const longer = `${line} ${word}`;
    if (longer.length <= width || line.trim() === '') {
      line = longer;
    } else {
      lines.push(line);
      line = `${indent}${word}`;
    }
  }
  return [...lines, line].join('\n');
}
