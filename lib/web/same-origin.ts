// Refuses what another site makes a browser send: cookies come along, the sender's word for its origin does too.
import type { FastifyRequest } from 'fastify';
import { forbidden } from './problem';

const safeMethods = ['GET', 'HEAD', 'OPTIONS'];

/** Whether a request may change something. */
export const isChange = ({ method }: Pick<FastifyRequest, 'method'>): boolean => !safeMethods.includes(method);

/**
 * Throws unless the request changes nothing, or comes from our own pages, or from no browser at all.
 *
 * @param https whether people reach the load balancer by https, so that an origin by http is not ours
 */
export function verifySameOrigin(request: FastifyRequest, https: boolean): void {
  if (!isChange(request) || isSameOrigin(request, https)) return;
  throw forbidden('This request came from another site.');
}

function isSameOrigin({ method, headers }: FastifyRequest, https: boolean): boolean {
  const site = headers['sec-fetch-site'];
  if (site !== undefined) return site === 'same-origin' || site === 'none';
  // Browsers send no Sec-Fetch-Site to plain http, but an origin with everything that changes something.
  if (headers.origin !== undefined) return isOwnOrigin(headers.origin, headers.host, https);
  // No browser then; a form could still be forged by an ancient one, JSON and other methods could not.
  return method !== 'POST' || /^application\/json\b/.test(headers['content-type'] ?? '');
}

function isOwnOrigin(origin: string, host: string | undefined, https: boolean): boolean {
  if (!URL.canParse(origin)) return false;
  const url = new URL(origin);
  return url.host === host && (!https || url.protocol === 'https:');
}
