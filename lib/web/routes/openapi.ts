// The description of all routes for programs, at /api/openapi.json: it hears of each as it is registered.
import type { FastifyInstance } from 'fastify';
import { createDescription, type DescribedRoute } from '../openapi/description';

interface OpenApiOptions {
  release: string;
  cookie: string;
}

/** Before the routes that it describes. One that does not say what it takes and answers is an error of ours, at the start. */
export function registerOpenApi(app: FastifyInstance, options: OpenApiOptions): void {
  const routes: DescribedRoute[] = [];
  let description: string | undefined;

  app.get('/api/openapi.json', (_request, reply) => {
    // The same for everybody, for as long as the release runs.
    description ??= JSON.stringify(createDescription(routes, options));
    return reply.type('application/json; charset=utf-8').send(description);
  });

  app.addHook('onRoute', ({ method, url, config }) => {
    if (!url.startsWith('/api/') || method === 'HEAD') return;
    if (!config?.operation) throw new Error(`${method} ${url} must say what it takes and answers, see describe().`);
    routes.push({ method: String(method), url, operation: config.operation });
  });
}
