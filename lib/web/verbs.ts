// What the app does when it is called with a verb, on any clone, instead of answering people: maintenance of its own data.
import { Database } from './database/database';
import { rebuild } from './database/rebuild';
import { EnvError, type WebEnv } from './env';
import { Secret } from './secrets';

type Verb = (database: Database) => Promise<string[]>;

const verbs: Readonly<Record<string, Verb>> = {
  /** Counts and streams once more from what they count and show. Safe while people write. */
  rebuild: async (database) =>
    (await rebuild(database)).map(({ table, wrong }) => `${table}: ${wrong} rows were wrong and are right now`),
};

/** Runs it to its end; prints what it did. @throws EnvError when there is no such verb */
export async function runVerb(name: string, env: WebEnv): Promise<void> {
  const verb = Object.hasOwn(verbs, name) ? verbs[name] : undefined;
  if (!verb) throw new EnvError(`The verb must be one of ${Object.keys(verbs).join(', ')}, or none; got: ${name}.`);
  const { primary, tls } = env;
  const secret = new Secret(env.databaseSecret);
  const database = await Database.connect({
    ...{ primary, replicas: [], secret, tls, poolSize: 1, onReplicaFailure: () => {} },
  });
  try {
    for (const line of await verb(database)) console.log(line);
  } finally {
    await database.close();
  }
}
