// What a route for programs says of itself, beside its handler: what it takes by the schemas it verifies with, what it answers.
import type * as z from 'zod';

export interface Operation {
  summary: string;
  /** Whether it answers 401 to who is not signed in. */
  isForSignedIn?: boolean;
  /** What is in the address, by name. */
  params?: Readonly<Record<string, z.ZodType>>;
  query?: z.ZodObject;
  body?: z.ZodType;
  /** By status; null is an answer without content. Any other status is a problem. */
  answers: Readonly<Record<number, z.ZodType | null>>;
  /** Statuses of problems that are its own; those that any request may meet go without saying. */
  problems?: readonly number[];
}

declare module 'fastify' {
  interface FastifyContextConfig {
    operation?: Operation;
  }
}

/** Options of a route. */
export const describe = (operation: Operation) => ({ config: { operation } });
