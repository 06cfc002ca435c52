// Numbers as a text: each change has the entry stay longer, so when they end is told in front.

interface Numbers {
  numbers: readonly number[];
  milliseconds: number;
}

export const toText = ({ numbers, milliseconds }: Numbers): string =>
  `${Date.now() + milliseconds} ${numbers.join(' ')}`;

/** Undefined when they have ended. */
export function readNumbers(text: string): number[] | undefined {
  const [end, ...numbers] = text.split(' ');
  return Number(end) > Date.now() ? numbers.filter((number) => number !== '').map(Number) : undefined;
}

/** With a number more, the highest first; as long as they had. */
export function pushTo(text: string, number: number, bound: number): string | undefined {
  const numbers = readNumbers(text);
  if (!numbers) return undefined;
  const all = [...new Set([number, ...numbers])].sort((a, b) => b - a).slice(0, bound);
  return `${text.slice(0, text.indexOf(' '))} ${all.join(' ')}`;
}
