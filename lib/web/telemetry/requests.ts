// What every request leaves behind: one line in the log, a measurement, and for its caller where the time went.
import type { IncomingMessage } from 'node:http';
import { type FastifyInstance, type FastifyReply, type FastifyRequest, LogController } from 'fastify';
import type { Metrics } from './metrics';
import { toTraceId } from './trace';

declare module 'fastify' {
  interface FastifyRequest {
    /** How long it took to find out who is asking; undefined for whoever brought no session. */
    sessionMilliseconds?: number;
  }
}

/** What machines ask every few seconds is worth a line only when the answer is bad. */
const isRoutine = ({ url }: FastifyRequest, { statusCode }: FastifyReply): boolean =>
  url.startsWith('/-/') && statusCode < 500;

/** The pattern and not the address: names and numbers in it would make a series each. */
const toRoute = (request: FastifyRequest): string => request.routeOptions.url ?? 'none';

/** Without what follows the `?`: it may hold what its sender alone should know. */
const toPath = (url: string): string => url.split('?', 1)[0] ?? '';

/** For the server's options: the trace is in every line of a request, and the server's own two lines a request are in none. */
export const toRequestOptions = () => ({
  genReqId: ({ headers }: IncomingMessage): string => toTraceId(headers),
  logController: new LogController({ requestIdLogLabel: 'trace', disableRequestLogging: true }),
});

export function registerRequests(app: FastifyInstance, metrics: Metrics): void {
  app.decorateRequest('sessionMilliseconds', undefined);

  app.addHook('onSend', (request, reply, payload, done) => {
    const { sessionMilliseconds: session } = request;
    const parts = session === undefined ? '' : `session;dur=${session.toFixed(1)}, `;
    reply.header('server-timing', `${parts}app;dur=${reply.elapsedTime.toFixed(1)}`);
    done(null, payload);
  });

  app.addHook('onResponse', (request, reply, done) => {
    const { method, url } = request;
    const { statusCode: status, elapsedTime } = reply;
    const route = toRoute(request);
    metrics.answered({ method, route, status, seconds: elapsedTime / 1_000 });
    if (!isRoutine(request, reply)) {
      const milliseconds = Math.round(elapsedTime * 10) / 10;
      request.log.info({ method, path: toPath(url), route, status, milliseconds }, 'answered');
    }
    done();
  });
}
