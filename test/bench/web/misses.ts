// What 1,000 concurrent misses of one object cost the database.
import type { Servers } from '../../web/running-clones';

const visitors = 1_000;

/** @returns how many statements the app sent to both servers: an administrator's are of another kind */
export async function measureMisses({ objects, database }: Servers, port: number, articleId: number): Promise<number> {
  const count = async (): Promise<number> => {
    const status = "SHOW GLOBAL STATUS LIKE 'Com_stmt_execute'";
    const both = await Promise.all((['primary', 'replica'] as const).map((role) => database.administer(role, status)));
    return both.reduce<number>((sum, rows) => sum + Number((rows as { Value: string }[])[0]?.Value), 0);
  };
  const url = `http://127.0.0.1:${port}/api/articles/${articleId}`;
  const ask = async (): Promise<void> => {
    const answer = await fetch(url);
    await answer.text();
    if (answer.status !== 200) throw new Error(`An article must be answered, got: ${answer.status}`);
  };
  await ask();
  const cache = objects.open();
  await cache.flushall();
  cache.disconnect();
  const before = await count();
  await Promise.all(Array.from({ length: visitors }, ask));
  return (await count()) - before;
}
