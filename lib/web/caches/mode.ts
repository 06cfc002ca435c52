// What the two modes of a cache have in common: how each makes a client, and what a client of either can do.
import type { Cluster, Redis, RedisOptions } from 'ioredis';
import type { Endpoint } from '../env';
import type { Credentials } from '../secrets';

/** Commands are the same on both. */
export type CacheClient = Redis | Cluster;

export type Login = Pick<Credentials, 'username' | 'password'>;

export interface ClientOptions {
  endpoint: Endpoint;
  login: Login;
  tls: boolean;
  /** What holds for every connection, whatever the mode. */
  policy: RedisOptions;
  /** How long a command may take. */
  timeoutMilliseconds: number;
  /** Milliseconds until the next attempt to connect. */
  toRetryDelay: (attempt: number) => number;
  onError: (error: Error) => void;
}

export interface NewClient {
  /** Not connected yet. */
  client: CacheClient;
  /** For the connections to come; open ones stay as they are. */
  setLogin(login: Login): void;
}

export type CreateClient = (options: ClientOptions) => NewClient;
