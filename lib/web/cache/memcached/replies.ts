// What a memcached server sends, cut into replies: lines, some of them followed by the text they announce.

export interface Reply {
  /** The first word: `HD` done, `VA` a value, `EN` nothing there, `NS` not stored, `EX` somebody else's, `NF` not found. */
  status: string;
  /** What was asked for, each behind the letter it was asked by. */
  flags: string[];
  text?: string;
}

export class ReplyReader {
  #rest: Buffer = Buffer.alloc(0);

  /** The replies that are complete with these bytes; the rest is kept for the next ones. */
  read(bytes: Buffer): Reply[] {
    const buffer = this.#rest.length > 0 ? Buffer.concat([this.#rest, bytes]) : bytes;
    const replies: Reply[] = [];
    let at = 0;
    for (;;) {
      const end = buffer.indexOf('\r\n', at, 'latin1');
      if (end < 0) break;
      const [status = '', ...words] = buffer.toString('latin1', at, end).split(' ');
      if (status !== 'VA') {
        replies.push({ status, flags: words });
        at = end + 2;
        continue;
      }
      const start = end + 2;
      const size = Number(words[0]);
      if (buffer.length < start + size + 2) break;
      replies.push({ status, flags: words.slice(1), text: buffer.toString('utf8', start, start + size) });
      at = start + size + 2;
    }
    this.#rest = buffer.subarray(at);
    return replies;
  }
}
