// Databases that take the addresses of others, which go elsewhere: nobody is ever at the address of somebody else.
import { findFreePort } from '../free-port';
import type { Database, DatabaseIdentity } from './database';

export interface Move {
  readonly database: Database;
  /** What it is once it is started again. */
  readonly to: Partial<DatabaseIdentity>;
  readonly by: 'SIGTERM' | 'SIGKILL';
}

const restart = async ({ database, to, by }: Move): Promise<void> =>
  await database.restartBy(async () => {
    database.become(to);
    await database.process.stop(by, 5000);
  });

/** Resolves once all answer where they are to be. @param leaving go to addresses that nobody knows */
export async function moveInto(leaving: readonly Move[], coming: readonly Move[]): Promise<void> {
  const left = leaving.map(({ database }) => database.process.exited);
  const elsewhere = leaving.map(async (move) => restart({ ...move, to: { ...move.to, port: await findFreePort() } }));
  // Nobody starts before the address is free: who asks there would be answered by who is about to leave.
  const moved = Promise.all(left).then(() => Promise.all(coming.map(restart)));
  await Promise.all([...elsewhere, moved]);
}
