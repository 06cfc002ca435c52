// Lines of a stream, whatever pieces it comes in.
import fc from 'fast-check';
import { readLines } from '../../lib/clone/lines';

async function* inPieces(bytes: Buffer, sizes: readonly number[]): AsyncGenerator<Buffer> {
  for (let at = 0, turn = 0; at < bytes.length; turn += 1) {
    const size = sizes[turn % sizes.length] ?? 1;
    yield bytes.subarray(at, at + size);
    at += size;
  }
}

const read = async (text: string, sizes: readonly number[], max?: number): Promise<string[]> => {
  const lines: string[] = [];
  for await (const line of readLines(inPieces(Buffer.from(text), sizes), max)) lines.push(line);
  return lines;
};

const sizes = fc.array(fc.integer({ min: 1, max: 9 }), { minLength: 1 });
const line = fc.string({ unit: fc.constantFrom('a', 'ä', '茶', '😀', '\r', '\u2028') });

test('they are the same in whatever pieces they come, also within a character', () =>
  fc.assert(
    fc.asyncProperty(fc.array(line), sizes, async (lines, pieces) => {
      expect(await read(lines.map((each) => `${each}\n`).join(''), pieces)).toEqual(lines);
    }),
  ));

test('one that is too long is left out, and those beside it are not', () =>
  fc.assert(
    fc.asyncProperty(fc.array(line), sizes, async (lines, pieces) => {
      const expected = lines.filter(({ length }) => length <= 5);
      expect(await read(lines.map((each) => `${each}\n`).join(''), pieces, 5)).toEqual(expected);
    }),
  ));

test('what has no end is no line', async () => {
  expect(await read('one\ntwo', [2])).toEqual(['one']);
});
