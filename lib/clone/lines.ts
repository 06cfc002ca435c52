// Lines of a stream of text, however it comes in pieces; one without an end must not fill the memory.
import { StringDecoder } from 'node:string_decoder';

/** Above it, a line is left out. What a program says is cut by the journal long before. */
const maxCharacters = 8 * 1024 * 1024;

/** Ends with the stream; what stands after its last line end is no line. Only a line feed ends one. */
export async function* readLines(stream: AsyncIterable<Buffer>, max = maxCharacters): AsyncGenerator<string> {
  const decoder = new StringDecoder('utf8');
  let parts: string[] = [];
  let length = 0;
  for await (const bytes of stream) {
    const pieces = decoder.write(bytes).split('\n');
    const rest = pieces.pop() ?? '';
    for (const piece of pieces) {
      if (length + piece.length <= max) yield parts.join('') + piece;
      parts = [];
      length = 0;
    }
    length += rest.length;
    if (length <= max) parts.push(rest);
    else parts = [];
  }
}
