// The application: the server's limits, then what every answer has, then health, then the site.
import fastify, { type FastifyInstance } from 'fastify';
import { Accounts } from './accounts';
import { createAnswerHeaders } from './answer-headers';
import { Assets } from './assets';
import { Backends } from './backends';
import { CacheAside } from './cache/cache-aside';
import type { Database } from './database/database';
import type { Drain } from './drain';
import type { WebEnv } from './env';
import { answerError, answerNotFound, answerUnreadable } from './failures';
import { createLogLines } from './log-lines';
import { Bucket } from './pictures/bucket';
import { Pictures } from './pictures/pictures';
import { RateLimits } from './rate-limits';
import { toReason } from './reason';
import { createRepositories } from './repositories';
import { registerAccountForms } from './routes/account-forms';
import { registerApi } from './routes/api';
import { registerArticleForms } from './routes/article-forms';
import { registerCommentApi } from './routes/comment-api';
import { registerCommentForms } from './routes/comment-forms';
import { registerHealth } from './routes/health';
import { registerMetrics } from './routes/metrics';
import { registerOpenApi } from './routes/openapi';
import { registerOwnAccountApi, registerOwnAccountForms } from './routes/own-account';
import { registerPeopleApi } from './routes/people-api';
import { registerPeoplePages } from './routes/people-pages';
import { registerPictureApi } from './routes/picture-api';
import { registerPictureForms } from './routes/picture-forms';
import { registerPictures } from './routes/pictures';
import type { RunningRelease } from './running-release';
import { isChange, verifySameOrigin } from './same-origin';
import { createSessionCookie } from './session-cookie';
import type { SessionLimits } from './sessions';
import { SignedIn } from './signed-in';
import type { Site } from './site';
import { Metrics } from './telemetry/metrics';
import { registerRequests, toRequestOptions } from './telemetry/requests';

export interface AppOptions {
  env: WebEnv;
  running: RunningRelease;
  drain: Drain;
  /** @default 'info' */
  logLevel?: 'info' | 'silent';
  /** @default - those of `Sessions` */
  sessionLimits?: SessionLimits;
  /** From the first byte of a request to its answer. @default 10 seconds: above everything that is waited for on the way */
  deadlineMilliseconds?: number;
}

export interface App {
  server: FastifyInstance;
  backends: Backends;
}

export function createApp({ env, running, drain, logLevel, sessionLimits, deadlineMilliseconds }: AppOptions): App {
  const headers = createAnswerHeaders(env);
  const assets = new Assets(`${running.rootFolder}/assets`);
  const identity = { clone: env.cloneId, release: running.release, startedAt: new Date().toISOString() };

  const app: FastifyInstance = fastify({
    logger: {
      level: logLevel ?? 'info',
      base: { clone: env.cloneId, release: running.release },
      stream: createLogLines(),
    },
    ...toRequestOptions(),
    // The load balancer, and nobody before it.
    trustProxy: (_address, hop) => hop < 1,
    // The largest article, every character of it percent-encoded, fits.
    bodyLimit: 256 * 1024,
    keepAliveTimeout: env.keepAliveSeconds * 1_000,
    requestTimeout: 30_000,
    handlerTimeout: deadlineMilliseconds ?? 10_000,
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
  const metrics = new Metrics({ clone: env.cloneId, release: running.release, stage: env.stage });
  const backends = new Backends({ env, running, log: app.log, metrics, sessionLimits });

  // Not async, as most hooks of every request: a promise each would cost more than what they do.
  app.addHook('onRequest', (_request, reply, done) => {
    reply.headers(headers);
    done();
  });
  app.addHook('onSend', (_request, reply, payload, done) => {
    if (drain.isDraining) reply.header('connection', 'close');
    done(null, payload);
  });
  registerRequests(app, metrics);
  app.setErrorHandler<Error>((error, request, reply) => answerError(assets, error, request, reply));
  app.setNotFoundHandler((request, reply) => answerNotFound(assets, request, reply));
  app.addHook('onClose', () => backends.close());

  registerHealth(app, { identity, backends, drain });
  registerMetrics(app, metrics);
  assets.register(app);

  // One for everything that is cached: what the cache could not be told of is known in one place.
  const cacheAside = new CacheAside({
    findEngine: () => backends.findObjects(),
    onFailure: (error) => {
      metrics.failed('objects');
      app.log.warn({ reason: toReason(error) }, 'objects cache failed');
    },
    onRead: (outcome) => metrics.read(outcome),
  });
  const signedIn = new SignedIn(backends, createSessionCookie(env.https));
  const pictures = createPictures(app, env, backends);
  registerPictures(app, pictures);
  const getDatabase = (): Database => backends.getDatabase();
  const limits = new RateLimits(() => backends.getSessionsCache());
  const site: Site = {
    ...{ backends, assets, limits, pictures, signedIn },
    accounts: new Accounts(getDatabase, limits),
    ...createRepositories(getDatabase, cacheAside),
  };
  registerSite(app, site, { https: env.https, release: running.release });
  return { server: app, backends };
}

/** Input is verified by zod (input.ts): Fastify's own validator would cost time and memory for nothing. */
const noSchemas = (): never => {
  throw new Error('Routes have no schemas here: input.ts verifies what people send.');
};

function createPictures(
  app: FastifyInstance,
  { pictures: name, picturesUrl: url }: WebEnv,
  backends: Backends,
): Pictures {
  const bucket = new Bucket({ name, url }, (error) => app.log.warn({ reason: toReason(error) }, 'picture denied'));
  app.addHook('onClose', async () => bucket.close());
  const onLeftover = (key: string, error: unknown): void =>
    app.log.warn({ key, reason: toReason(error) }, 'object left over');
  return new Pictures({ bucket, getDatabase: () => backends.getDatabase(), onLeftover });
}

/** A scope of its own: what is above knows nothing of sessions. */
function registerSite(app: FastifyInstance, site: Site, { https, release }: { https: boolean; release: string }): void {
  app.register(async (scope) => {
    // Text is a type that any site may send without asking first.
    scope.removeContentTypeParser('text/plain');
    scope.decorateRequest('session', undefined);
    scope.decorateRequest('sessionFailure', undefined);
    scope.addHook('onRequest', (request, _reply, done) => {
      verifySameOrigin(request, https);
      done();
    });
    scope.addHook('onRequest', (request) => site.signedIn.load(request));
    scope.addHook('onRequest', (request, _reply, done) => {
      if (!request.session || !isChange(request)) done();
      else site.limits.count('writeOf', String(request.session.userId)).then(() => done(), done);
    });
    registerOpenApi(scope, { release, cookie: site.signedIn.cookieName });
    registerApi(scope, site);
    registerPeopleApi(scope, site);
    registerCommentApi(scope, site);
    registerPictureApi(scope, site);
    registerOwnAccountApi(scope, site);
    scope.register(async (pages) => {
      const form = 'application/x-www-form-urlencoded';
      pages.addContentTypeParser(form, { parseAs: 'string' }, async (_request: unknown, body: string) =>
        Object.fromEntries(new URLSearchParams(body)),
      );
      registerAccountForms(pages, site);
      registerArticleForms(pages, site);
      registerCommentForms(pages, site);
      registerPeoplePages(pages, site);
      registerPictureForms(pages, site, https);
      registerOwnAccountForms(pages, site);
    });
  });
}
