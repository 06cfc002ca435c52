// Passwords: hashed with their parameters, verified in about the same time for everybody, by few at a time.
import { hashPassword, isPassword } from '../../lib/web/passwords';
import type { Problem } from '../../lib/web/problem';

test('a hash carries its parameters and a salt of its own', async () => {
  const [one, two] = await Promise.all([hashPassword('correct horse'), hashPassword('correct horse')]);
  expect(one).toMatch(/^scrypt\$32768\$8\$3\$[A-Za-z0-9+/=]{24}\$[A-Za-z0-9+/=]{44}$/);
  expect(one).not.toBe(two);
});

test('the right password is accepted, and no other', async () => {
  const hash = await hashPassword('correct horse');
  expect(await isPassword('correct horse', hash)).toBe(true);
  expect(await isPassword('correct horsf', hash)).toBe(false);
  expect(await isPassword('', hash)).toBe(false);
});

test('a hash of other parameters stays valid', async () => {
  // scrypt of "password" with N 16, r 1, p 1 and the salt "salt".
  const { scryptSync } = await import('node:crypto');
  const key = scryptSync('password', 'salt', 16, { N: 16, r: 1, p: 1 }).toString('base64');
  expect(await isPassword('password', `scrypt$16$1$1$${Buffer.from('salt').toString('base64')}$${key}`)).toBe(true);
});

test('an unknown user is refused after the same work', async () => {
  const hash = await hashPassword('correct horse');
  const measure = async (stored: string | undefined): Promise<number> => {
    const start = process.cpuUsage();
    expect(await isPassword('wrong horse', stored)).toBe(false);
    return process.cpuUsage(start).user;
  };
  const [known, unknown] = [await measure(hash), await measure(undefined)];
  expect(unknown / known).toBeGreaterThan(0.5);
  expect(unknown / known).toBeLessThan(2);
});

test('two are hashed at once, sixteen wait, and further ones are asked to come back', async () => {
  const hash = 'scrypt$32768$8$3$AAAA$AAAA';
  const attempts = await Promise.allSettled(Array.from({ length: 30 }, () => isPassword('any', hash)));
  const refused = attempts.filter((attempt) => attempt.status === 'rejected').map(({ reason }) => reason as Problem);
  expect(refused).toHaveLength(12);
  expect(refused[0]).toMatchObject({ statusCode: 503, retryAfterSeconds: 2 });
  // And the next one finds room again.
  expect(await isPassword('any', hash)).toBe(false);
});
