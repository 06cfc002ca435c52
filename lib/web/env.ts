// The environment of a clone, read once and verified: a clone that is set up wrongly must not start.
import * as z from 'zod';
import { cloneEnv, cloneEnvFile } from '../config/names';

export interface Endpoint {
  host: string;
  port: number;
}

const endpointRule = 'must be `host:port`';
const secondsRule = (max: number) => `must be whole seconds from 0 to ${max}`;
const poolRule = 'must be a whole number from 1 to 100';
const portRule = 'must be a TCP port from 1 to 65535';
const present = (rule: string) => z.string(rule).min(1, rule);

const isPort = (text: string): boolean => /^\d{1,5}$/.test(text) && Number(text) >= 1 && Number(text) <= 65_535;

const isEndpoint = (text: string): boolean => /^[^\s:,]+:\d+$/.test(text) && isPort(text.slice(text.indexOf(':') + 1));

const toEndpoint = (text: string): Endpoint => {
  const colon = text.indexOf(':');
  return { host: text.slice(0, colon), port: Number(text.slice(colon + 1)) };
};

const endpoint = present(endpointRule).refine(isEndpoint, endpointRule).transform(toEndpoint);

const givenSeconds = (max: number) =>
  z
    .string()
    .refine((text) => /^\d{1,4}$/.test(text) && Number(text) <= max, secondsRule(max))
    .transform(Number);

const seconds = (fallback: number, max: number) => givenSeconds(max).default(fallback);

const onOrOff = z
  .enum(['on', 'off'], 'must be `on` or `off`')
  // Absent means protected: plain text is what has to be asked for.
  .default('on')
  .transform((value) => value === 'on');

/** What a stop takes after the drain: the longest request, and closing. */
const closingSeconds = 35;

const variables = z.object({
  [cloneEnv.stage]: present('must name the stage'),
  // It is sent in a header of every answer.
  [cloneEnv.cloneId]: present('must name this clone').regex(/^[\w.-]{1,128}$/, 'must be 1 to 128 of A-Z a-z 0-9 . _ -'),
  [cloneEnv.listen]: z.string().min(1, 'must be an address').default('0.0.0.0'),
  [cloneEnv.port]: present(portRule).refine(isPort, portRule).transform(Number),
  [cloneEnv.sessions]: endpoint,
  [cloneEnv.sessionsMode]: z.enum(['single', 'cluster'], 'must be `single` or `cluster`').default('single'),
  [cloneEnv.objects]: endpoint,
  [cloneEnv.objectsEngine]: z.enum(['redis', 'memcached'], 'must be `redis` or `memcached`').default('redis'),
  [cloneEnv.cacheSecret]: present('must be the ARN of a secret'),
  [cloneEnv.primary]: endpoint,
  [cloneEnv.replicas]: z
    .string()
    .default('')
    .transform((text) => text.split(',').filter((item) => item !== ''))
    .refine((items) => items.every(isEndpoint), `each, joined by commas, ${endpointRule}`)
    .transform((items) => items.map(toEndpoint)),
  [cloneEnv.databaseSecret]: present('must be the ARN of a secret'),
  [cloneEnv.pictures]: present('must name a bucket'),
  [cloneEnv.picturesUrl]: z.url({ protocol: /^https?$/, error: 'must be an http or https address' }).optional(),
  [cloneEnv.poolSize]: z
    .string()
    .refine((text) => /^\d{1,3}$/.test(text) && Number(text) >= 1 && Number(text) <= 100, poolRule)
    .transform(Number)
    // What the server can take is for whoever sets the clones up to know.
    .default(10),
  [cloneEnv.tls]: onOrOff,
  [cloneEnv.https]: onOrOff,
  // 30 s is the target group's deregistration delay, 72 s is above the load balancer's idle timeout of 60 s.
  [cloneEnv.drainSeconds]: seconds(30, 3600),
  [cloneEnv.stopSeconds]: givenSeconds(4000).optional(),
  [cloneEnv.keepAliveSeconds]: seconds(72, 4000),
});

const schema = variables.refine(
  (values) => (values[cloneEnv.stopSeconds] ?? Number.POSITIVE_INFINITY) > values[cloneEnv.drainSeconds],
  { path: [cloneEnv.stopSeconds], message: `must be more than ${cloneEnv.drainSeconds}` },
);

/** Whether a cache is one server to its clients, or a cluster that tells them which server has a key. */
export type CacheMode = 'single' | 'cluster';

/** What the objects cache is. There is no such choice for sessions: memcached keeps nothing when it starts anew. */
export type ObjectsEngine = 'redis' | 'memcached';

export interface WebEnv {
  stage: string;
  cloneId: string;
  listen: string;
  port: number;
  sessions: Endpoint;
  sessionsMode: CacheMode;
  objects: Endpoint;
  objectsEngine: ObjectsEngine;
  cacheSecret: string;
  primary: Endpoint;
  replicas: Endpoint[];
  databaseSecret: string;
  pictures: string;
  picturesUrl?: string;
  poolSize: number;
  tls: boolean;
  https: boolean;
  drainSeconds: number;
  stopSeconds: number;
  keepAliveSeconds: number;
}

/** A mistake of who set the clone up, not of the app: one sentence, exit 1. */
export class EnvError extends Error {}

export function readEnv(env: Record<string, string | undefined>): WebEnv {
  const result = schema.safeParse(env);
  if (!result.success) {
    const rules = result.error.issues.map((issue) => {
      const name = String(issue.path[0]);
      return `${name} ${issue.message}, got: ${env[name] === undefined ? 'nothing' : JSON.stringify(env[name])}`;
    });
    throw new EnvError(
      `This clone cannot start: ${rules.join('; ')}. Correct it in ${cloneEnvFile} and start it again.`,
    );
  }
  const values = result.data;
  return {
    stage: values[cloneEnv.stage],
    cloneId: values[cloneEnv.cloneId],
    listen: values[cloneEnv.listen],
    port: values[cloneEnv.port],
    sessions: values[cloneEnv.sessions],
    sessionsMode: values[cloneEnv.sessionsMode],
    objects: values[cloneEnv.objects],
    objectsEngine: values[cloneEnv.objectsEngine],
    cacheSecret: values[cloneEnv.cacheSecret],
    primary: values[cloneEnv.primary],
    replicas: values[cloneEnv.replicas],
    databaseSecret: values[cloneEnv.databaseSecret],
    pictures: values[cloneEnv.pictures],
    picturesUrl: values[cloneEnv.picturesUrl],
    poolSize: values[cloneEnv.poolSize],
    tls: values[cloneEnv.tls],
    https: values[cloneEnv.https],
    drainSeconds: values[cloneEnv.drainSeconds],
    stopSeconds: values[cloneEnv.stopSeconds] ?? values[cloneEnv.drainSeconds] + closingSeconds,
    keepAliveSeconds: values[cloneEnv.keepAliveSeconds],
  };
}
