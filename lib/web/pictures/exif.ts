// What a camera adds to a JPEG: of it all only which side is up is kept, for without it the picture lies on its side.
import { isCutOff } from './format';

/** Marker, length, `Exif`; then a TIFF, whose offsets count from its own start. */
const tiffStart = 10;
const orientationTag = 0x0112;

/** 2 to 8: how to turn and mirror it; undefined where the segment does not tell, or not as it should. */
export function findOrientation(segment: Buffer): number | undefined {
  if (segment.toString('latin1', 4, tiffStart) !== 'Exif\0\0') return undefined;
  const tiff = segment.subarray(tiffStart);
  const isLittle = tiff.toString('latin1', 0, 2) === 'II';
  const short = (at: number): number => (isLittle ? tiff.readUInt16LE(at) : tiff.readUInt16BE(at));
  try {
    const directory = isLittle ? tiff.readUInt32LE(4) : tiff.readUInt32BE(4);
    const entries = Array.from({ length: short(directory) }, (_, index) => directory + 2 + 12 * index);
    const entry = entries.find((at) => short(at) === orientationTag);
    const value = entry === undefined ? 1 : short(entry + 8);
    return value >= 2 && value <= 8 ? value : undefined;
  } catch (error) {
    if (!isCutOff(error)) throw error;
    return undefined;
  }
}

/** A directory of one entry: the tag, a short, one of it, the value. */
export function toOrientationSegment(orientation: number): Buffer {
  const tiff = `4d4d002a000000080001011200030000000100${orientation.toString(16).padStart(2, '0')}000000000000`;
  const content = Buffer.concat([Buffer.from('Exif\0\0', 'latin1'), Buffer.from(tiff, 'hex')]);
  const head = Buffer.from('ffe10000', 'hex');
  head.writeUInt16BE(2 + content.length, 2);
  return Buffer.concat([head, content]);
}
