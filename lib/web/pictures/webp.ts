// WebP: a RIFF of chunks, each padded to an even length.
import { BadPicture, type Format, type Still, take } from './format';

const kept = ['VP8X', 'VP8 ', 'VP8L', 'ALPH', 'ICCP'];

/** Bits of the first byte of `VP8X`: that Exif, XMP or an animation follow. */
const flags = { animation: 0x02, notes: 0x04 | 0x08 } as const;

/** Type and length, four bytes each. */
const headLength = 8;

export const webp: Format = {
  contentType: 'image/webp',
  isOne: (content) => content.toString('latin1', 0, 4) === 'RIFF' && content.toString('latin1', 8, 12) === 'WEBP',
  read(content) {
    const chunks = new Map<string, Buffer>();
    const file = take(content, 0, headLength + content.readUInt32LE(4));
    for (let at = 12; at < file.length; ) {
      const length = file.readUInt32LE(at + 4);
      const chunk = take(file, at, headLength + length + (length % 2));
      const type = chunk.toString('latin1', 0, 4);
      if (chunks.has(type)) throw new BadPicture('is damaged');
      if (kept.includes(type)) chunks.set(type, chunk);
      at += chunk.length;
    }
    const frame = chunks.get('VP8 ') ?? chunks.get('VP8L');
    const canvas = chunks.get('VP8X');
    if (canvas && (canvas.readUInt8(headLength) & flags.animation) !== 0) throw new BadPicture('must not move');
    if (!frame) throw new BadPicture('is damaged');
    const size = chunks.has('VP8 ') ? readLossy(frame) : readLossless(frame);
    if (canvas) verifyCanvas(canvas, size);
    const parts = [...chunks.values()].map(withoutNotes);
    const head = Buffer.from('RIFF0000WEBP', 'latin1');
    head.writeUInt32LE(4 + parts.reduce((sum, { length }) => sum + length, 0), 4);
    return { ...size, content: Buffer.concat([head, ...parts]) };
  },
};

type Size = Pick<Still, 'width' | 'height'>;

/** A key frame of VP8: three bytes, of which a bit says that it is one; a start code; 14 bits each. */
function readLossy(frame: Buffer): Size {
  const isKeyFrame = (frame.readUInt8(headLength) & 1) === 0;
  if (!isKeyFrame || frame.readUIntBE(headLength + 3, 3) !== 0x9d012a) throw new BadPicture('is damaged');
  return {
    width: frame.readUInt16LE(headLength + 6) & 0x3fff,
    height: frame.readUInt16LE(headLength + 8) & 0x3fff,
  };
}

/** A signature, then 14 bits each, less one. */
function readLossless(frame: Buffer): Size {
  if (frame.readUInt8(headLength) !== 0x2f) throw new BadPicture('is damaged');
  const bits = frame.readUInt32LE(headLength + 1);
  return { width: (bits & 0x3fff) + 1, height: ((bits >>> 14) & 0x3fff) + 1 };
}

/** The one frame of a still covers all of it. */
function verifyCanvas(canvas: Buffer, { width, height }: Size): void {
  const isCovered =
    canvas.readUIntLE(headLength + 4, 3) + 1 === width && canvas.readUIntLE(headLength + 7, 3) + 1 === height;
  if (!isCovered) throw new BadPicture('is damaged');
}

function withoutNotes(chunk: Buffer): Buffer {
  if (chunk.toString('latin1', 0, 4) !== 'VP8X') return chunk;
  const copy = Buffer.from(chunk);
  copy.writeUInt8(copy.readUInt8(headLength) & ~flags.notes, headLength);
  return copy;
}
