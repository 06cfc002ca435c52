// PNG: a signature, then chunks that say how long they are and what for.
import { BadPicture, type Format, take } from './format';

const signature = Buffer.from('89504e470d0a1a0a', 'hex');

/** What is drawn, and in which colours. Texts, times, Exif, and the frames of animations are none of it. */
const kept = ['IHDR', 'PLTE', 'IDAT', 'IEND', 'tRNS', 'cHRM', 'gAMA', 'iCCP', 'sBIT', 'sRGB', 'pHYs'];

/** By the case of its first letter a chunk says that a picture cannot be drawn without it. */
const isCritical = (type: string): boolean => /^[A-Z]/.test(type);

export const png: Format = {
  contentType: 'image/png',
  isOne: (content) => content.subarray(0, signature.length).equals(signature),
  read(content) {
    const parts: Buffer[] = [signature];
    const types = new Set<string>();
    for (let at = signature.length; !types.has('IEND'); ) {
      const length = content.readUInt32BE(at);
      // Length, type and checksum are four bytes each.
      const chunk = take(content, at, 12 + length);
      const type = chunk.toString('latin1', 4, 8);
      const isFirst = types.size === 0;
      if (isFirst !== (type === 'IHDR') || (isFirst && length !== 13)) throw new BadPicture('is damaged');
      if (kept.includes(type)) parts.push(chunk);
      else if (isCritical(type)) throw new BadPicture('is damaged');
      types.add(type);
      at += chunk.length;
    }
    if (!types.has('IDAT')) throw new BadPicture('is damaged');
    const header = parts[1] as Buffer;
    return { width: header.readUInt32BE(8), height: header.readUInt32BE(12), content: Buffer.concat(parts) };
  },
};
