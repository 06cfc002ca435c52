// What is a picture and what is not, told by content alone, on real ones, broken ones and what only looks like one.
import { crc32 } from 'node:zlib';
import fc from 'fast-check';
import { readPicture } from '../../../lib/web/pictures/read-picture';
import type { Problem } from '../../../lib/web/problem';
import * as samples from './sample-pictures';

const pictures = [
  ['a JPEG', samples.jpeg, 'image/jpeg'],
  ['a progressive JPEG', samples.progressiveJpeg, 'image/jpeg'],
  ['a JPEG for printers', samples.cmykJpeg, 'image/jpeg'],
  ['a PNG', samples.png, 'image/png'],
  ['a lossy WebP', samples.lossyWebp, 'image/webp'],
  ['a lossless WebP', samples.losslessWebp, 'image/webp'],
  ['a transparent WebP', samples.transparentWebp, 'image/webp'],
] as const;

const messageOf = (content: Buffer): string | undefined => {
  try {
    readPicture(content);
    return undefined;
  } catch (error) {
    expect(error).toMatchObject({ statusCode: 400, fields: [{ field: 'picture', message: expect.any(String) }] });
    return (error as Problem).fields?.[0]?.message;
  }
};

describe.each(pictures)('%s', (_, content, contentType) => {
  test('is told with its size', () => {
    const { format, width, height } = readPicture(content);
    expect([format.contentType, width, height]).toEqual([contentType, 24, 16]);
  });

  test('is shown without notes, and is then left as it is', () => {
    const clean = readPicture(content).content;
    expect(clean.toString('latin1')).not.toMatch(/home|comment|XMP|eXIf|tEXt/);
    expect(clean.length).toBeLessThanOrEqual(content.length);
    expect(readPicture(clean).content).toEqual(clean);
  });

  test('is shown without what was put behind it', () => {
    const page = Buffer.from('<script>alert(1)</script>PK\x03\x04');
    expect(readPicture(Buffer.concat([content, page])).content).toEqual(readPicture(content).content);
  });

  test('is refused wherever it is cut off', () => {
    const { length } = readPicture(content).content;
    const cut = Array.from({ length: length - 1 }, (_, bytes) => readPicture(content).content.subarray(0, bytes));
    expect(cut.filter((part) => messageOf(part) === undefined)).toEqual([]);
  });

  test('with whatever bytes changed, is a picture or refused, and what is shown of it is one', () => {
    const change = fc.array(fc.tuple(fc.nat(content.length - 1), fc.integer({ min: 0, max: 255 })), { maxLength: 8 });
    fc.assert(
      fc.property(change, (changes) => {
        const changed = Buffer.from(content);
        for (const [at, value] of changes) changed[at] = value;
        if (messageOf(changed) !== undefined) return;
        const { content: clean, width, height } = readPicture(changed);
        expect(readPicture(clean)).toMatchObject({ content: clean, width, height });
        expect(Math.max(width, height)).toBeLessThanOrEqual(4096);
      }),
      { numRuns: 500 },
    );
  });
});

test('any bytes at all are refused with a reason', () => {
  fc.assert(fc.property(fc.uint8Array({ maxLength: 2000 }), (bytes) => messageOf(Buffer.from(bytes)) !== undefined));
});

test('a JPEG keeps which side is up, and no more of what the camera said', () => {
  const clean = readPicture(samples.jpeg).content.toString('latin1');
  // One entry: orientation, a short, 6.
  expect(clean).toContain('Exif\0\0MM\0*\0\0\0\x08\0\x01\x01\x12\0\x03\0\0\0\x01\0\x06\0\0\0\0\0\0\xff');
  expect(clean.match(/Exif/g)).toHaveLength(1);
  expect(readPicture(samples.progressiveJpeg).content.includes('Exif')).toBe(false);
});

test('a PNG that moves is shown as its first frame', () => {
  expect(readPicture(samples.movingPng).content.toString('latin1')).not.toMatch(/acTL|fcTL|fdAT/);
});

const kinds = 'must be a JPEG, PNG or WebP';

test.each([
  ['nothing', '', kinds],
  ['a page', '<!doctype html><script>alert(1)</script>', kinds],
  ['a drawing, which may hold scripts', '<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"/>', kinds],
  ['a page with a picture in it', Buffer.concat([Buffer.from('<p>'), samples.png]), kinds],
  ['a GIF', samples.gif, kinds],
  ['a program', Buffer.from('7f454c460201', 'hex'), kinds],
  ['a page that begins as a PNG', Buffer.concat([samples.png.subarray(0, 8), Buffer.from('<script>')]), 'is damaged'],
  ['a page that begins as a JPEG', Buffer.from('\xff\xd8\xff<script>alert(1)</script>', 'latin1'), 'is damaged'],
  ['a sound in a RIFF', Buffer.from('RIFF\x04\0\0\0WAVE', 'latin1'), kinds],
  ['a WebP that moves', samples.movingWebp, 'must not move'],
])('%s is refused', (_, content, message) => {
  expect(messageOf(Buffer.from(content as string))).toBe(message);
});

describe('a PNG of a size that it only claims', () => {
  const withSize = (width: number, height: number): Buffer => {
    const content = Buffer.from(samples.png);
    content.writeUInt32BE(width, 16);
    content.writeUInt32BE(height, 20);
    content.writeUInt32BE(crc32(content.subarray(12, 29)), 29);
    return content;
  };

  test.each([
    [4096, 4096],
    [1, 1],
  ])('%i × %i is taken', (width, height) => {
    expect(readPicture(withSize(width, height))).toMatchObject({ width, height });
  });

  test.each([
    [4097, 1],
    [1, 4097],
    [0, 1],
    [0xffffffff, 0xffffffff],
  ])('%i × %i is refused', (width, height) => {
    expect(messageOf(withSize(width, height))).toBe('must have at most 4096 × 4096 pixels');
  });
});
