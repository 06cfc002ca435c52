// What the app does when it is called with a verb, on any clone, instead of answering people: work on its own data.
import { closeCache, openCache } from './caches';
import { Database } from './database/database';
import { rebuild } from './database/rebuild';
import { EnvError, type WebEnv } from './env';
import { Problem } from './problem';
import { toReason } from './reason';
import { Secret } from './secrets';
import { Sessions } from './sessions';
import { getUser } from './users';

/** @returns what it did */
type Verb = (env: WebEnv, args: readonly string[]) => Promise<string[]>;

const everybody = '--everybody';

const verbs: Readonly<Record<string, Verb>> = {
  /** Counts and streams once more from what they count and show. Safe while people write. */
  rebuild: (env) =>
    withDatabase(env, async (database) =>
      (await rebuild(database)).map(({ table, wrong }) => `${table}: ${wrong} rows were wrong and are right now`),
    ),

  /** Ends all sessions of one user, or of all, at once and at every clone. */
  'sign-out': (env, [who]) => {
    if (!who) throw new EnvError(`sign-out must be told whom: a name, or ${everybody}; got: nothing.`);
    return withSessions(env, async (sessions) => {
      const count =
        who === everybody ? await sessions.endEverybodys() : await sessions.endAll(await getUserId(env, who));
      return [`${who === everybody ? 'everybody' : who}: ${count} sessions ended`];
    });
  },
};

/** Runs it to its end; prints what it did. @throws EnvError when it was called wrongly, or nobody can be asked */
export async function runVerb(name: string, args: readonly string[], env: WebEnv): Promise<void> {
  const verb = Object.hasOwn(verbs, name) ? verbs[name] : undefined;
  if (!verb) throw new EnvError(`The verb must be one of ${Object.keys(verbs).join(', ')}, or none; got: ${name}.`);
  try {
    for (const line of await verb(env, args)) console.log(line);
  } catch (error) {
    throw error instanceof Problem ? new EnvError(`${name} ${args.join(' ')}: ${error.message}`) : error;
  }
}

const getUserId = (env: WebEnv, name: string): Promise<number> =>
  withDatabase(env, async (database) => (await getUser(database, name)).id);

async function withDatabase<T>(env: WebEnv, work: (database: Database) => Promise<T>): Promise<T> {
  const { primary, tls } = env;
  const secret = new Secret(env.databaseSecret);
  const database = await Database.connect({
    ...{ primary, replicas: [], secret, tls, poolSize: 1, onReplicaFailure: () => {} },
  });
  try {
    return await work(database);
  } finally {
    await database.close();
  }
}

async function withSessions<T>(env: WebEnv, work: (sessions: Sessions) => Promise<T>): Promise<T> {
  const { sessions: endpoint, sessionsMode: mode, tls } = env;
  const secret = new Secret(env.cacheSecret);
  const onError = (error: Error): void => console.error(`sessions cache: ${toReason(error)}`);
  const cache = await openCache({ kind: 'sessions', mode, endpoint, secret, tls, onError });
  try {
    return await work(new Sessions(cache));
  } finally {
    await closeCache(cache);
  }
}
