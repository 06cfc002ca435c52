// Pictures of people: sent by browsers straight to the bucket, looked at by a clone, and shown to everybody.
import { randomBytes } from 'node:crypto';
import type { Readable } from 'node:stream';
import { pictureKeys } from '../../config/names';
import type { Database } from '../database/database';
import type { Position } from '../database/dialect';
import { invalid, notFound } from '../problem';
import type { Session } from '../sessions';
import type { Bucket, SignedPost } from './bucket';
import { formats, type Picture, readPicture } from './read-picture';
import { createUploadKey, isUploadKey } from './upload-key';

/** Of a user's own session: whose id the key of an upload is signed with. */
type Owner = Pick<Session, 'id' | 'userId' | 'position'>;

interface PicturesOptions {
  bucket: Bucket;
  getDatabase: () => Database;
  /** Told of an object that nobody needs any more and that could not be deleted. */
  onLeftover: (key: string, error: unknown) => void;
}

/** Made here, of 16 random bytes: nobody finds a picture that they were not shown. */
const createKey = (): string => pictureKeys.pictures.prefix + randomBytes(16).toString('base64url');

/** What `createKey` makes, and nothing else is asked for. */
const isName = (name: string): boolean => /^[\w-]{22}$/.test(name);

/** Where everybody sees the picture of this key. */
export const toPictureUrl = (key: string): string => `/${key}`;

export class Pictures {
  constructor(private readonly options: PicturesOptions) {}

  /** A form by which this session's user may send one file. @param redirect where a browser goes from there */
  begin(owner: Owner, redirect?: string): Promise<SignedPost> {
    return this.options.bucket.signPost(createUploadKey(owner.id), redirect);
  }

  /**
   * Makes what was uploaded the user's picture. Whoever may post to a key may do so again until the form expires, so what
   * people see is another object: what was read here, and found to be a picture, written by the clone itself.
   */
  async adopt(owner: Owner, uploadKey: string): Promise<{ key: string; position: Position }> {
    if (!isUploadKey(uploadKey, owner.id))
      throw invalid([{ field: 'key', message: 'must be one that this session got' }]);
    const { bucket } = this.options;
    const uploaded = await bucket.read(uploadKey);
    if (!uploaded) throw invalid([{ field: 'key', message: 'must be one that a picture was sent to' }]);
    const { content, format } = await this.#look(uploadKey, uploaded);
    const old = await this.#findLatest(owner);
    const key = createKey();
    await bucket.write(key, content, format.contentType);
    // When this fails it may have been written all the same: the new object stays, for a profile may refer to it.
    const position = await this.#replace(owner, key, old);
    await this.#discard(uploadKey);
    return { key, position };
  }

  /** Undefined when there was none. */
  async remove(owner: Owner): Promise<Position | undefined> {
    const old = await this.#findLatest(owner);
    return old === undefined ? undefined : this.#replace(owner, null, old);
  }

  /** The key of the user's picture. */
  async find({ userId, position }: Omit<Owner, 'id'>): Promise<string | undefined> {
    const database = this.options.getDatabase();
    const [row] = await database.read(toStatement(database, userId), [position]);
    return row?.picture ?? undefined;
  }

  /** Throws a 404 for what is not there. The type is that which the content had when a clone wrote it. */
  async open(name: string): Promise<{ body: Readable; length: number; contentType: string }> {
    const found = isName(name) ? await this.options.bucket.stream(pictureKeys.pictures.prefix + name) : undefined;
    if (!found) throw notFound('picture');
    const { body, length } = found;
    const format = formats.find(({ contentType }) => contentType === found.contentType);
    if (format) return { body, length, contentType: format.contentType };
    body.destroy();
    throw notFound('picture');
  }

  /** What is no picture is not kept either. */
  async #look(key: string, uploaded: Buffer): Promise<Picture> {
    try {
      return readPicture(uploaded);
    } catch (error) {
      await this.#discard(key);
      throw error;
    }
  }

  /** Two replacements at once may leave an object that nobody refers to: it costs a little, and nobody finds it. */
  async #replace({ userId }: Owner, picture: string | null, old: string | undefined): Promise<Position> {
    const database = this.options.getDatabase();
    const { position } = await database.write(
      database.sql.insertInto('profiles').values({ user_id: userId, picture }).onDuplicateKeyUpdate({ picture }),
    );
    if (old !== undefined) await this.#discard(old);
    return position;
  }

  async #findLatest({ userId }: Owner): Promise<string | undefined> {
    const database = this.options.getDatabase();
    const [row] = await database.readPrimary(toStatement(database, userId));
    return row?.picture ?? undefined;
  }

  /** Nobody is made to wait for it in vain, or to do again what is done: the worst of it is that an object stays. */
  async #discard(key: string): Promise<void> {
    try {
      await this.options.bucket.delete(key);
    } catch (error) {
      this.options.onLeftover(key, error);
    }
  }
}

const toStatement = ({ sql }: Database, userId: number) =>
  sql.selectFrom('profiles').select('picture').where('user_id', '=', userId);
