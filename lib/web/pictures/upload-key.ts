// The key that a browser may write to, bound to the session that it was given to.
import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto';
import { pictureKeys } from '../../config/names';

const form = new RegExp(`^${pictureKeys.uploads.prefix}([\\w-]{22})\\.([\\w-]{43})$`);

/*
 * The browser comes back from the bucket by a GET that another site could make it send as well, with any key: that of a
 * picture the other site uploaded by itself, say. So the key says whose it is, signed by what only the browser and the
 * answering clone know, the id of the session. Nobody can make one for the session of somebody else; nothing need be kept
 * meanwhile, by no clone and no cache; and with the session the key is of no more use. Used twice, it finds nothing: what
 * was uploaded is gone once it was looked at.
 */
const sign = (sessionId: string, random: string): string =>
  createHmac('sha256', sessionId).update(`picture ${random}`).digest('base64url');

export function createUploadKey(sessionId: string): string {
  const random = randomBytes(16).toString('base64url');
  return `${pictureKeys.uploads.prefix}${random}.${sign(sessionId, random)}`;
}

export function isUploadKey(key: string, sessionId: string): boolean {
  const [, random, signature] = form.exec(key) ?? [];
  if (random === undefined || signature === undefined) return false;
  return timingSafeEqual(Buffer.from(signature), Buffer.from(sign(sessionId, random)));
}
