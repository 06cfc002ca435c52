// What differs between kinds of pictures, as one object each: how to tell one, and what of it is shown to others.

export interface Format {
  contentType: string;
  /** Whether this begins as such a picture does; nothing else says what it is. */
  isOne(content: Buffer): boolean;
  /** @throws BadPicture, or RangeError where it ends too early */
  read(content: Buffer): Still;
}

/** A picture that does not move. */
export interface Still {
  width: number;
  height: number;
  /** The picture and nothing else: not where it was taken, and no other file in or behind it. */
  content: Buffer;
}

/** The message is the rest of a sentence that begins with the picture. */
export class BadPicture extends Error {}

/** Whether something was read, or taken, behind the end. */
export const isCutOff = (error: unknown): boolean => (error as { name?: string }).name === 'RangeError';

/** A part that must be there as a whole. */
export function take(content: Buffer, from: number, length: number): Buffer {
  if (from + length > content.length) throw new RangeError(`There must be ${length} bytes at ${from}.`);
  return content.subarray(from, from + length);
}
