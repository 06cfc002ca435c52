// One file of a release as it lies in the archive: a gzip member of its own, holding one tar entry.
// Members are joined as they are: a big file is compressed once for all releases, and the last is found without the others.
import { open } from 'node:fs/promises';
import { promisify } from 'node:util';
import { gzip, gzipSync } from 'node:zlib';
import { Header, Pax } from 'tar';

const compress = promisify(gzip);

/** Tar's unit; a file is filled up with zeros to the next. */
const blockBytes = 512;

/** Bytes of gzip's own fixed header. */
const fixedBytes = 10;

/** Bytes of the header with the field that tells how long the member is. */
const headerBytes = fixedBytes + 2 + 4 + 4;

/** Name of that field: any reader but ours passes over it. */
const lengthField = 'ck';

export interface MemberOptions {
  /** Permission bits. @default 0o644 */
  readonly mode?: number;
  /** Of compression, 1 to 9. @default 6 */
  readonly level?: number;
}

/** Fixed time, owner and mode; a gzip header without time and machine: nothing of here and now. */
export async function toMember(
  path: string,
  content: Uint8Array,
  { mode = 0o644, level = 6 }: MemberOptions = {},
): Promise<Buffer> {
  const header = new Header({ path, mode, size: content.length, type: 'File', mtime: new Date(0), uid: 0, gid: 0 });
  // A path longer than the entry has room for goes before it, in an entry of its own.
  const longPath = header.encode() ? new Pax({ path }).encode() : Buffer.alloc(0);
  const padding = Buffer.alloc(-content.length & (blockBytes - 1));
  const entry = Buffer.concat([longPath, header.block as Buffer, content, padding]);
  return withLength(await compress(entry, { level }));
}

/** How tar ends; without it an archive is not whole. */
export const endMember = withLength(gzipSync(Buffer.alloc(2 * blockBytes)));

/**
 * Adds the extra field to what zlib wrote, and takes out by which system it was written.
 * @see https://www.rfc-editor.org/rfc/rfc1952#section-2.3
 */
function withLength(member: Buffer): Buffer {
  const header = Buffer.alloc(headerBytes);
  const length = member.length - fixedBytes + headerBytes;
  // Magic, deflate, "has an extra field", no time, no flags, unknown system.
  header.set([0x1f, 0x8b, 8, 4, 0, 0, 0, 0, 0, 255]);
  header.writeUInt16LE(headerBytes - fixedBytes - 2, fixedBytes);
  header.write(lengthField, fixedBytes + 2, 'latin1');
  header.writeUInt16LE(4, fixedBytes + 4);
  header.writeUInt32LE(length, fixedBytes + 6);
  return Buffer.concat([header, member.subarray(fixedBytes)]);
}

/** The last file's member, compressed, read by going from member to member; undefined when the archive is not whole. */
export async function findLastMember(file: string): Promise<Buffer | undefined> {
  const archive = await open(file);
  try {
    const { size } = await archive.stat();
    const read = async (at: number, length: number): Promise<Buffer> =>
      (await archive.read(Buffer.alloc(length), 0, length, at)).buffer;
    let last = { at: 0, length: 0 };
    for (let at = 0; at < size - endMember.length; at += last.length) {
      last = { at, length: toLength(await read(at, headerBytes)) };
      if (last.length === 0 || at + last.length > size - endMember.length) return undefined;
    }
    const isWhole = (await read(size - endMember.length, endMember.length)).equals(endMember);
    return isWhole && last.length > 0 ? await read(last.at, last.length) : undefined;
  } finally {
    await archive.close();
  }
}

/** 0 when this is not the beginning of a member that `toMember` made. */
const toLength = (header: Buffer): number =>
  header.subarray(0, fixedBytes + 6).equals(endMember.subarray(0, fixedBytes + 6))
    ? header.readUInt32LE(fixedBytes + 6)
    : 0;
