// Passwords as salted scrypt hashes, made by few at a time: hashing is the most expensive thing anybody can ask for.
import { randomBytes, type ScryptOptions, scrypt, timingSafeEqual } from 'node:crypto';
import { Problem } from './problem';

/** What a new hash costs; each hash carries its own, so that old ones stay valid when this rises. */
const cost = { N: 2 ** 15, r: 8, p: 3 };
const keyBytes = 32;

/** Two threads of four hash, so that names can still be looked up; the queue is what two do in about two seconds. */
const concurrencyLimit = 2;
const queueLimit = 16;

let running = 0;
const waiting: (() => void)[] = [];

export async function hashPassword(password: string): Promise<string> {
  const salt = randomBytes(16);
  const key = await derive(password, salt, keyBytes, cost);
  return ['scrypt', cost.N, cost.r, cost.p, salt.toString('base64'), key.toString('base64')].join('$');
}

/** @param hash of the user; undefined for an unknown user, which takes as long and is always false. */
export async function isPassword(password: string, hash: string | undefined): Promise<boolean> {
  const [scheme, N, r, p, salt, key] = (hash ?? decoy).split('$');
  if (scheme !== 'scrypt' || !salt || !key) throw new Error('A stored password is not an scrypt hash.');
  const expected = Buffer.from(key, 'base64');
  const options = { N: Number(N), r: Number(r), p: Number(p) };
  const derived = await derive(password, Buffer.from(salt, 'base64'), expected.length, options);
  return timingSafeEqual(derived, expected) && hash !== undefined;
}

/** Costs what a new hash costs, and matches nothing. */
const decoy = [
  'scrypt',
  cost.N,
  cost.r,
  cost.p,
  randomBytes(16).toString('base64'),
  randomBytes(keyBytes).toString('base64'),
].join('$');

async function derive(password: string, salt: Buffer, length: number, options: ScryptOptions): Promise<Buffer> {
  await takeTurn();
  try {
    return await new Promise((resolve, reject) => {
      // Node allows 32 MiB, which these parameters just exceed.
      scrypt(password, salt, length, { ...options, maxmem: 64 * 1024 * 1024 }, (error, key) =>
        error ? reject(error) : resolve(key),
      );
    });
  } finally {
    running--;
    waiting.shift()?.();
  }
}

async function takeTurn(): Promise<void> {
  if (running >= concurrencyLimit) {
    if (waiting.length >= queueLimit) {
      const detail = 'Too many people are signing in at this moment; try again.';
      throw new Problem(503, 'Service Unavailable', { detail, retryAfterSeconds: 2 });
    }
    await new Promise<void>((resolve) => waiting.push(resolve));
  }
  running++;
}
