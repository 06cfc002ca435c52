// The application: the server's limits, then what every answer has, then health, then the site.
import fastify, { type FastifyInstance } from 'fastify';
import { createAnswerHeaders } from './answer-headers';
import { Articles } from './articles';
import { Assets } from './assets';
import { Backends } from './backends';
import { CacheAside } from './cache/cache-aside';
import { Objects } from './cache/objects';
import { QueryCache } from './cache/query-cache';
import type { Drain } from './drain';
import type { WebEnv } from './env';
import { answerError, answerNotFound, answerUnreadable } from './failures';
import { toReason } from './reason';
import { registerAccountForms } from './routes/account-forms';
import { registerApi } from './routes/api';
import { registerArticleForms } from './routes/article-forms';
import { registerHealth } from './routes/health';
import type { RunningRelease } from './running-release';
import { verifySameOrigin } from './same-origin';
import { createSessionCookie } from './session-cookie';
import type { SessionLimits } from './sessions';
import { SignedIn } from './signed-in';
import type { Site } from './site';

export interface AppOptions {
  env: WebEnv;
  running: RunningRelease;
  drain: Drain;
  /** @default 'info' */
  logLevel?: 'info' | 'silent';
  /** @default - those of `Sessions` */
  sessionLimits?: SessionLimits;
}

export interface App {
  server: FastifyInstance;
  backends: Backends;
}

export function createApp({ env, running, drain, logLevel, sessionLimits }: AppOptions): App {
  const headers = createAnswerHeaders(env);
  const assets = new Assets(`${running.rootFolder}/assets`);
  const identity = { clone: env.cloneId, release: running.release, startedAt: new Date().toISOString() };

  const app: FastifyInstance = fastify({
    logger: { level: logLevel ?? 'info', base: { clone: env.cloneId, release: running.release } },
    // The load balancer, and nobody before it.
    trustProxy: (_address, hop) => hop < 1,
    // The largest article, every character of it percent-encoded, fits.
    bodyLimit: 256 * 1024,
    keepAliveTimeout: env.keepAliveSeconds * 1_000,
    requestTimeout: 30_000,
    http: { headersTimeout: 20_000, maxHeaderSize: 16 * 1024 },
    // Whoever still has a connection while the server closes gets an answer, not a refusal.
    return503OnClosing: false,
    schemaController: { compilersFactory: { buildValidator: noSchemas, buildSerializer: noSchemas } },
    clientErrorHandler: (error, socket) => answerUnreadable(headers, error, socket),
    frameworkErrors: (error, request, reply) => {
      reply.headers(headers);
      return answerError(assets, error, request, reply);
    },
  });
  const backends = new Backends({ env, rootFolder: running.rootFolder, log: app.log, sessionLimits });

  app.addHook('onRequest', async (_request, reply) => {
    reply.headers(headers);
  });
  app.addHook('onSend', async (_request, reply) => {
    if (drain.isDraining) reply.header('connection', 'close');
  });
  app.setErrorHandler<Error>((error, request, reply) => answerError(assets, error, request, reply));
  app.setNotFoundHandler((request, reply) => answerNotFound(assets, request, reply));
  app.addHook('onClose', () => backends.close());

  registerHealth(app, { identity, backends, drain });
  assets.register(app);

  // One for everything that is cached: what the cache could not be told of is known in one place.
  const cacheAside = new CacheAside({
    findEngine: () => backends.findObjects(),
    onFailure: (error) => app.log.warn({ reason: toReason(error) }, 'objects cache failed'),
  });
  const articles = new Articles({
    getDatabase: () => backends.getDatabase(),
    objects: new Objects(cacheAside),
    queries: new QueryCache(cacheAside),
  });
  const signedIn = new SignedIn(backends, createSessionCookie(env.https));
  registerSite(app, { backends, assets, articles, signedIn }, env.https);
  return { server: app, backends };
}

/** Input is verified by zod (input.ts): Fastify's own validator would cost time and memory for nothing. */
const noSchemas = (): never => {
  throw new Error('Routes have no schemas here: input.ts verifies what people send.');
};

/** A scope of its own: what is above knows nothing of sessions. */
function registerSite(app: FastifyInstance, site: Site, https: boolean): void {
  app.register(async (scope) => {
    // Text is a type that any site may send without asking first.
    scope.removeContentTypeParser('text/plain');
    scope.decorateRequest('session', undefined);
    scope.addHook('onRequest', async (request) => verifySameOrigin(request, https));
    scope.addHook('onRequest', (request) => site.signedIn.load(request));
    registerApi(scope, site);
    scope.register(async (pages) => {
      const form = 'application/x-www-form-urlencoded';
      pages.addContentTypeParser(form, { parseAs: 'string' }, async (_request: unknown, body: string) =>
        Object.fromEntries(new URLSearchParams(body)),
      );
      registerAccountForms(pages, site);
      registerArticleForms(pages, site);
    });
  });
}
