// The app's own description of itself, as tests use it.

export type Schema = Record<string, unknown>;

export interface Described {
  method: string;
  /** As `/api/articles/{id}`. */
  path: string;
  isForSignedIn: boolean;
  /** By where it goes: schemas of what is in the path and the query, by name. */
  inPath: Record<string, Schema>;
  inQuery: Record<string, Schema>;
  body?: Schema;
  /** Of successes, by status; null is an answer without content. */
  answers: Record<number, Schema | null>;
}

interface Document {
  paths: Record<string, Record<string, Operation>>;
}

interface Content {
  content?: Record<string, { schema: Schema }>;
}

interface Operation {
  security?: unknown[];
  parameters?: { name: string; in: 'path' | 'query'; schema: Schema }[];
  requestBody?: Content;
  responses: Record<string, Content>;
}

export async function readDescription(url: string): Promise<Described[]> {
  const { paths } = (await (await fetch(`${url}/api/openapi.json`)).json()) as Document;
  return Object.entries(paths).flatMap(([path, operations]) =>
    Object.entries(operations).map(([method, operation]) => toDescribed(method.toUpperCase(), path, operation)),
  );
}

function toDescribed(method: string, path: string, operation: Operation): Described {
  const { security, parameters = [], requestBody, responses } = operation;
  const those = (place: 'path' | 'query') =>
    Object.fromEntries(parameters.filter((one) => one.in === place).map(({ name, schema }) => [name, schema]));
  const successes = Object.entries(responses).filter(([status]) => status.startsWith('2'));
  return {
    ...{ method, path, isForSignedIn: security !== undefined, inPath: those('path'), inQuery: those('query') },
    body: requestBody?.content?.['application/json']?.schema,
    answers: Object.fromEntries(
      successes.map(([status, { content }]) => [status, content?.['application/json']?.schema ?? null]),
    ),
  };
}
