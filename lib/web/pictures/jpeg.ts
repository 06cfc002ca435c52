// JPEG: segments that begin with a marker, and after some of them the scan itself, up to the next marker.
import { findOrientation, toOrientationSegment } from './exif';
import { BadPicture, type Format, take } from './format';

const start = Buffer.from('ffd8', 'hex');
const end = Buffer.from('ffd9', 'hex');

const markers = { end: 0xd9, scan: 0xda, exif: 0xe1, comment: 0xfe } as const;

/** Baseline, extended and progressive: what browsers draw. */
const frames = [0xc0, 0xc1, 0xc2];

/** Tables of the decoder, and the scan. */
const needed = [...frames, 0xc4, 0xdb, 0xdd, markers.scan];

/** Of what applications add: how colours are meant, and no more. */
const told: Record<number, string> = { 224: 'JFIF\0', 226: 'ICC_PROFILE\0', 238: 'Adobe' };

const isOfApplication = (marker: number): boolean => marker >= 0xe0 && marker <= 0xef;

export const jpeg: Format = {
  contentType: 'image/jpeg',
  isOne: (content) => content.subarray(0, 3).equals(Buffer.from('ffd8ff', 'hex')),
  read(content) {
    const parts: Buffer[] = [];
    let frame: Buffer | undefined;
    let orientation = 1;
    for (let at = start.length; ; ) {
      if (content.readUInt8(at) !== 0xff) throw new BadPicture('is damaged');
      const marker = content.readUInt8(at + 1);
      if (marker === markers.end) break;
      // A marker may be filled up in front.
      if (marker === 0xff) {
        at += 1;
        continue;
      }
      const segment = take(content, at, 2 + Math.max(2, content.readUInt16BE(at + 2)));
      at += segment.length;
      if (frames.includes(marker)) {
        if (frame) throw new BadPicture('is damaged');
        frame = segment;
      }
      if (isKept(marker, segment)) parts.push(segment);
      if (marker === markers.exif) orientation = findOrientation(segment) ?? orientation;
      if (marker === markers.scan) {
        const scan = content.subarray(at, findMarker(content, at));
        parts.push(scan);
        at += scan.length;
      }
    }
    if (!frame) throw new BadPicture('is damaged');
    const turned = orientation === 1 ? [] : [toOrientationSegment(orientation)];
    return {
      width: frame.readUInt16BE(7),
      height: frame.readUInt16BE(5),
      content: Buffer.concat([start, ...turned, ...parts, end]),
    };
  },
};

function isKept(marker: number, segment: Buffer): boolean {
  if (needed.includes(marker)) return true;
  if (!isOfApplication(marker) && marker !== markers.comment)
    throw new BadPicture('is of a kind that browsers do not draw');
  const name = told[marker];
  return name !== undefined && segment.toString('latin1', 4, 4 + name.length) === name;
}

/** Where the scan ends: what only looks like a marker is followed by a zero, or is a restart within the scan. */
function findMarker(content: Buffer, from: number): number {
  for (let at = content.indexOf(0xff, from); at >= 0; at = content.indexOf(0xff, at + 1)) {
    const next = content.readUInt8(at + 1);
    if (next !== 0 && next !== 0xff && (next < 0xd0 || next > 0xd7)) return at;
  }
  throw new RangeError('The scan must end.');
}
