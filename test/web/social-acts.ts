// What people do to each other in tests: write, comment, befriend, and look at what came of it.
import type { StreamPage } from '../../lib/web/stream';
import { type Servers, signIn, type Visitor } from './running-clones';

/** Somebody who is signed in, and acts by the clone at each address. */
export class Person {
  private constructor(
    readonly name: string,
    private readonly visitor: Visitor,
  ) {}

  static async register(url: string, name: string): Promise<Person> {
    return new Person(name, await signIn(url, name));
  }

  send(url: string, method = 'GET', body?: unknown): Promise<Response> {
    return this.visitor.send(url, method, body);
  }

  submit(url: string, fields: Record<string, string> = {}): Promise<Response> {
    return this.visitor.submit(url, fields);
  }

  async read<T>(url: string): Promise<T> {
    const answer = await this.send(url);
    if (!answer.ok) throw new Error(`GET ${url} was answered ${answer.status}: ${await answer.text()}`);
    return (await answer.json()) as T;
  }

  /** Statuses of what only changes something. */
  async befriend(url: string, name: string): Promise<number> {
    return (await this.send(`${url}/api/users/${name}/friend`, 'PUT')).status;
  }

  async unfriend(url: string, name: string): Promise<number> {
    return (await this.send(`${url}/api/users/${name}/friend`, 'DELETE')).status;
  }

  /** Ids of what was written. */
  async write(url: string, title = 'On engines', body = 'They compute.'): Promise<number> {
    return this.#create(`${url}/api/articles`, { title, body });
  }

  async comment(url: string, articleId: number, body = 'So they do.'): Promise<number> {
    return this.#create(`${url}/api/articles/${articleId}/comments`, { body });
  }

  async stream(url: string, before?: number): Promise<StreamPage> {
    return this.read(`${url}/api/stream${before === undefined ? '' : `?before=${before}`}`);
  }

  async #create(url: string, body: unknown): Promise<number> {
    const answer = await this.send(url, 'POST', body);
    if (answer.status !== 201) throw new Error(`POST ${url} was answered ${answer.status}: ${await answer.text()}`);
    return ((await answer.json()) as { id: number }).id;
  }
}

/** What is really there, past the app. */
export const look = async <Row>(servers: Servers, sql: string): Promise<Row[]> =>
  (await servers.database.administer('primary', sql)) as Row[];

/** Users that nobody signs in as: made at once, without a password to hash. */
export async function createStrangers(servers: Servers, prefix: string, count: number): Promise<string[]> {
  const names = Array.from({ length: count }, (_, index) => `${prefix}-${index}`);
  const rows = names.map((name) => `('${name}', '', UTC_TIMESTAMP(3))`).join(', ');
  await look(servers, `INSERT INTO clonekit.users (name, password, created_at) VALUES ${rows}`);
  return names;
}

/** Each in turn at one of the clones, so many at a time. */
export async function inParallel<T>(count: number, width: number, act: (index: number) => Promise<T>): Promise<T[]> {
  const results: T[] = [];
  let next = 0;
  const work = async (): Promise<void> => {
    for (let index = next++; index < count; index = next++) results[index] = await act(index);
  };
  await Promise.all(Array.from({ length: width }, work));
  return results;
}
