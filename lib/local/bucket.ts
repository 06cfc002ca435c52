// A bucket of the stage: its objects, as files of the fleet's run folder, gone with the fleet as all that people entered.
import { createHash } from 'node:crypto';
import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

export interface StoredObject {
  readonly contentType: string;
  readonly etag: string;
  readonly bytes: number;
  readonly modifiedAt: Date;
}

/** Versions are not kept here: what is overwritten or deleted is gone. */
export class Bucket {
  readonly #objects = new Map<string, StoredObject>();

  constructor(
    readonly name: string,
    private readonly folder: string,
  ) {}

  find(key: string): StoredObject | undefined {
    return this.#objects.get(key);
  }

  async put(key: string, content: Buffer, contentType: string): Promise<StoredObject> {
    const etag = `"${createHash('md5').update(content).digest('hex')}"`;
    await mkdir(this.folder, { recursive: true });
    await writeFile(this.#toFile(key), content);
    const object = { contentType, etag, bytes: content.length, modifiedAt: new Date() };
    this.#objects.set(key, object);
    return object;
  }

  async read(key: string): Promise<Buffer> {
    return await readFile(this.#toFile(key));
  }

  async delete(key: string): Promise<void> {
    this.#objects.delete(key);
    await rm(this.#toFile(key), { force: true });
  }

  /** A key may be what no file can be called. */
  #toFile(key: string): string {
    return join(this.folder, createHash('sha256').update(key).digest('hex'));
  }
}
