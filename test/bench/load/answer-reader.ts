// Tells where an answer ends, and whether it is the one that was wanted: a parser of HTTP would cost what is measured.

const headEnd = '\r\n\r\n';

export class AnswerReader {
  /** What has come of an answer that is not whole yet. */
  #begun: Buffer | undefined;

  /** @param body what every answer must hold, to the byte: nobody wins by failing */
  constructor(private readonly body: Buffer) {}

  /**
   * Whether the answer is whole with this chunk.
   * @throws when it is not a 200 with that body, or when more comes than one answer: nothing else was asked for
   */
  read(chunk: Buffer): boolean {
    const bytes = this.#begun ? Buffer.concat([this.#begun, chunk]) : chunk;
    const end = bytes.indexOf(headEnd);
    const missing = end < 0 ? 1 : end + headEnd.length + this.body.length - bytes.length;
    this.#begun = missing > 0 ? bytes : undefined;
    // A refusal may be shorter than what was wanted, and would be waited for in vain.
    if (end >= 0 && !isOk(bytes)) throw new Error(`An answer must be a 200, got: ${bytes.toString('latin1', 0, end)}`);
    if (missing > 0) return false;
    if (this.body.compare(bytes, end + headEnd.length) !== 0)
      throw new Error(`An answer must hold what was wanted, got: ${bytes.subarray(end + headEnd.length)}`);
    return true;
  }
}

const isOk = (bytes: Buffer): boolean => bytes.toString('latin1', 0, 13) === 'HTTP/1.1 200 ';
