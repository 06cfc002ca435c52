// Colour for people at a terminal, and for nobody else.
import { styleText } from 'node:util';

/** By what is said: what is well, what is not, and what changes. */
const colours: Readonly<Record<string, 'green' | 'red' | 'yellow'>> = {
  ...{ healthy: 'green', available: 'green', OK: 'green', pass: 'green', holds: 'green' },
  ...{ unhealthy: 'red', ALARM: 'red', fail: 'red', failed: 'red' },
  ...{ unknown: 'yellow', initial: 'yellow', draining: 'yellow', unused: 'yellow' },
};

const isWanted = (): boolean => process.stdout.isTTY === true && process.env.NO_COLOR === undefined;

/** Colours a word that has a colour, wherever it stands by itself at the end of a cell or between spaces. */
export const colour = (text: string): string =>
  isWanted()
    ? text.replace(/(?<=^|\s)[A-Za-z]+(?=\s|$)/gm, (word) => {
        const found = colours[word];
        return found ? styleText(found, word) : word;
      })
    : text;
