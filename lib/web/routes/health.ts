// What machines ask a clone about itself; registered before everything that knows sessions.
import type { FastifyInstance } from 'fastify';
import { clonePaths } from '../../config/names';
import type { Backends } from '../backends';
import type { Drain } from '../drain';

interface HealthOptions {
  identity: { clone: string; release: string; startedAt: string };
  backends: Backends;
  drain: Drain;
}

/** Asked every few seconds by every load balancer node: not worth a line each in the log. */
const quiet = { logLevel: 'warn' } as const;

export function registerHealth(app: FastifyInstance, { identity, backends, drain }: HealthOptions): void {
  // Asks nobody else: a failing database must not take every clone out at once.
  app.get(clonePaths.live, quiet, (_request, reply) =>
    reply.code(drain.isDraining ? 503 : 200).send({ live: !drain.isDraining, draining: drain.isDraining }),
  );

  app.get(clonePaths.ready, quiet, (_request, reply) => {
    const { missing } = backends;
    return reply.code(missing.length > 0 ? 503 : 200).send({ ready: missing.length === 0, missing });
  });

  app.get(clonePaths.identity, quiet, () => identity);
}
