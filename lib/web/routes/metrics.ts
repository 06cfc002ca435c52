// The clone's figures, for whoever is on the same machine: an agent that ships them, or a person.
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { clonePaths } from '../../config/names';
import { notFound, unavailable } from '../problem';
import type { Metrics } from '../telemetry/metrics';

const loopback = ['127.0.0.1', '::1', '::ffff:127.0.0.1'];

/** On one machine a load balancer comes from there, too: it says for whom. */
const isFromHere = ({ raw: { socket, headers } }: FastifyRequest): boolean =>
  loopback.includes(socket.remoteAddress ?? '') && headers['x-forwarded-for'] === undefined;

export function registerMetrics(app: FastifyInstance, metrics: Metrics): void {
  app.get(clonePaths.metrics, async (request, reply) => {
    if (!isFromHere(request)) throw notFound('page');
    const found = await metrics.toText();
    if (!found) throw unavailable('figures');
    return reply.type(found.contentType).send(found.text);
  });
}
