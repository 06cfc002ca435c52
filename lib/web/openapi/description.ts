// The description of the app for programs (OpenAPI 3.1): made of what the routes say of themselves, so that none can be forgotten.
import { STATUS_CODES } from 'node:http';
import * as z from 'zod';
import { problem } from './answers';
import type { Operation } from './operation';

export interface DescribedRoute {
  method: string;
  /** As Fastify writes it: `/api/articles/:id`. */
  url: string;
  operation: Operation;
}

interface DescriptionOptions {
  release: string;
  /** Of the session. */
  cookie: string;
}

type Json = Record<string, unknown>;

const toSchema = (schema: z.ZodType, io: 'input' | 'output'): Json => {
  const { $schema: _, ...rest } = z.toJSONSchema(schema, { io });
  return rest;
};

const toPath = (url: string): string => url.replace(/:(\w+)/g, '{$1}');

const toContent = (type: string, schema: Json): Json => ({ [type]: { schema } });

const toProblem = (status: number): Json => ({
  description: STATUS_CODES[status],
  content: toContent('application/problem+json', { $ref: '#/components/schemas/Problem' }),
});

/** What any request may meet: somebody else's origin, a body too large or of another type, too much at once, a cache away. */
const always = { reading: [503], writing: [403, 413, 415, 429, 503] };

function toOperation({ method, operation }: DescribedRoute): Json {
  const { summary, isForSignedIn, params = {}, query, body, answers, problems = [] } = operation;
  const inPath = Object.entries(params).map(([name, schema]) => ({
    ...{ name, in: 'path', required: true },
    schema: toSchema(schema, 'input'),
  }));
  const inQuery = Object.entries(query?.shape ?? {}).map(([name, schema]) => ({
    ...{ name, in: 'query', required: false },
    schema: toSchema(schema as z.ZodType, 'input'),
  }));
  const own = [...problems, ...(query || body ? [400] : []), ...(isForSignedIn ? [401] : [])];
  const all = new Set([...own, ...(method === 'GET' ? always.reading : always.writing)]);
  return {
    summary,
    security: isForSignedIn ? [{ session: [] }] : undefined,
    parameters: inPath.length + inQuery.length > 0 ? [...inPath, ...inQuery] : undefined,
    requestBody: body && { required: true, content: toContent('application/json', toSchema(body, 'input')) },
    responses: {
      ...Object.fromEntries(
        Object.entries(answers).map(([status, schema]) => [
          status,
          {
            description: STATUS_CODES[status],
            content: schema ? toContent('application/json', toSchema(schema, 'output')) : undefined,
          },
        ]),
      ),
      ...Object.fromEntries([...all].sort().map((status) => [status, toProblem(status)])),
    },
  };
}

export function createDescription(routes: readonly DescribedRoute[], { release, cookie }: DescriptionOptions): Json {
  const paths: Record<string, Json> = {};
  for (const route of routes) {
    const path = toPath(route.url);
    paths[path] = { ...paths[path], [route.method.toLowerCase()]: toOperation(route) };
  }
  return {
    openapi: '3.1.0',
    info: {
      title: 'The reference app of clonekit',
      version: release,
      description: 'Every address here is also a page for people. Answers that are no success are problems (RFC 9457).',
    },
    paths,
    components: {
      schemas: { Problem: toSchema(problem, 'output') },
      securitySchemes: { session: { type: 'apiKey', in: 'cookie', name: cookie } },
    },
  };
}
