// People: registering them, and telling whether somebody is who they say.
import type { Database } from './database/database';
import type { Position } from './database/dialect';
import type { NewPassword, SignIn } from './input';
import { hashPassword, isPassword } from './passwords';
import { notFound, Problem, unauthorized } from './problem';

export interface User {
  id: number;
  name: string;
}

const duplicateEntry = 1062;

export async function registerUser(database: Database, input: SignIn): Promise<User> {
  const password = await hashPassword(input.password);
  const { sql, now } = database;
  try {
    const { insertId } = await database.write(
      sql.insertInto('users').values({ name: input.name, password, created_at: now }),
    );
    return { id: insertId, name: input.name };
  } catch (error) {
    if ((error as { errno?: number }).errno !== duplicateEntry) throw error;
    const fields = [{ field: 'name', message: 'is already taken' }];
    throw new Problem(409, 'Conflict', { detail: 'name is already taken', fields });
  }
}

/** Somebody who has shown that they know their password. */
export interface Verified extends User {
  /** Whether it is their password still: it may have been changed while it was verified. */
  isValidStill(): Promise<boolean>;
}

/** Takes as long for a name that nobody has. From the primary: a user may sign in the moment they registered. */
export async function verifyUser(database: Database, input: SignIn): Promise<Verified> {
  const [row] = await database.readPrimary(
    database.sql.selectFrom('users').select(['id', 'name', 'password']).where('name', '=', input.name),
  );
  if (!(await isPassword(input.password, row?.password)) || !row) {
    throw unauthorized('There is no user with this name and password.');
  }
  const isValidStill = async (): Promise<boolean> => {
    const [now] = await database.readPrimary(
      database.sql.selectFrom('users').select('password').where('id', '=', row.id),
    );
    return now?.password === row.password;
  };
  return { id: row.id, name: row.name, isValidStill };
}

/** Whoever is signed in by the old one must be signed out afterwards. */
export async function changePassword(database: Database, user: User, { password, next }: NewPassword): Promise<void> {
  await verifyUser(database, { name: user.name, password });
  const hash = await hashPassword(next);
  await database.write(database.sql.updateTable('users').set({ password: hash }).where('id', '=', user.id));
}

/** Throws a 404 for a name that nobody has: one that no replica knows may be a moment old, so the primary is asked. */
export async function getUser(
  database: Database,
  name: string,
  position?: Position,
): Promise<User & { createdAt: string }> {
  const statement = database.sql
    .selectFrom('users')
    .select(['id', 'name', 'created_at as createdAt'])
    .where('name', '=', name);
  const [known] = await database.read(statement, [position]);
  const user = known ?? (await database.readPrimary(statement))[0];
  if (!user) throw notFound('user');
  return { ...user, createdAt: user.createdAt.toISOString() };
}
