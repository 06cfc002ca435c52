// People: registering them, and telling whether somebody is who they say.
import type { Database } from './database/database';
import type { SignIn } from './input';
import { hashPassword, isPassword } from './passwords';
import { Problem, unauthorized } from './problem';

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

/** Takes as long for a name that nobody has. From the primary: a user may sign in the moment they registered. */
export async function verifyUser(database: Database, input: SignIn): Promise<User> {
  const [row] = await database.readPrimary(
    database.sql.selectFrom('users').select(['id', 'name', 'password']).where('name', '=', input.name),
  );
  if (!(await isPassword(input.password, row?.password)) || !row) {
    throw unauthorized('There is no user with this name and password.');
  }
  return { id: row.id, name: row.name };
}
