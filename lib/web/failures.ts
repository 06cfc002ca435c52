// How failures are answered: problem JSON for programs, a page for people, and nothing from the inside in either.
import { STATUS_CODES } from 'node:http';
import type { Socket } from 'node:net';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { Assets } from './assets';
import { renderProblemPage } from './pages/problem-page';
import { notFound, Problem } from './problem';
import { toReason } from './reason';

const isForPrograms = (url: string): boolean => url.startsWith('/api/') || url.startsWith('/-/');

/** RFC 9457; the type is left out, which means that the status says it all. */
const toProblemJson = ({ statusCode, title, message, fields }: Problem): Record<string, unknown> => ({
  title,
  status: statusCode,
  detail: message,
  errors: fields?.map(({ field, message: detail }) => ({ field, detail })),
});

export function answerProblem(
  assets: Assets,
  problem: Problem,
  request: FastifyRequest,
  reply: FastifyReply,
): FastifyReply {
  reply.code(problem.statusCode);
  if (problem.retryAfterSeconds !== undefined) reply.header('retry-after', problem.retryAfterSeconds);
  if (isForPrograms(request.url))
    return reply.type('application/problem+json').send(JSON.stringify(toProblemJson(problem)));
  const page = renderProblemPage({ assets, userName: request.session?.name }, problem);
  return reply.type('text/html; charset=utf-8').send(page);
}

export function answerError(assets: Assets, error: Error, request: FastifyRequest, reply: FastifyReply): FastifyReply {
  const problem = toProblem(error);
  if (error instanceof Problem && problem.statusCode >= 500)
    request.log.warn({ reason: toReason(error) }, 'unavailable');
  else if (problem.statusCode >= 500) request.log.error({ reason: toReason(error), stack: error.stack }, 'failed');
  return answerProblem(assets, problem, request, reply);
}

const tooLate = new Problem(503, 'Service Unavailable', {
  detail: 'This took too long. Look whether it was done before you try again.',
  retryAfterSeconds: 2,
});

/** Fastify's own refusals (too large, not JSON) may be shown; whatever else went wrong may not. */
function toProblem(error: Error): Problem {
  if (error instanceof Problem) return error;
  if ((error as { code?: string }).code === 'FST_ERR_HANDLER_TIMEOUT') return tooLate;
  const status = (error as { statusCode?: number }).statusCode ?? 500;
  if (status >= 400 && status < 500)
    return new Problem(status, STATUS_CODES[status] ?? 'Bad Request', { detail: error.message });
  return new Problem(500, 'Internal Server Error', { detail: 'Something went wrong on our side.' });
}

export const answerNotFound = (assets: Assets, request: FastifyRequest, reply: FastifyReply): FastifyReply =>
  answerProblem(assets, notFound('page'), request, reply);

const statusOfClientErrors: Record<string, number> = { ERR_HTTP_REQUEST_TIMEOUT: 408, HPE_HEADER_OVERFLOW: 431 };

/** What Node could not read as a request never becomes one: the answer is written by hand. */
export function answerUnreadable(headers: Record<string, string>, error: { code?: string }, socket: Socket): void {
  if (!socket.writable || error.code === 'ECONNRESET') {
    socket.destroy();
    return;
  }
  const status = statusOfClientErrors[error.code ?? ''] ?? 400;
  const body = JSON.stringify({ title: STATUS_CODES[status], status, detail: 'This could not be read as a request.' });
  const lines = Object.entries({
    ...headers,
    'content-type': 'application/problem+json',
    'content-length': String(Buffer.byteLength(body)),
    connection: 'close',
  }).map(([name, value]) => `${name}: ${value}`);
  socket.end([`HTTP/1.1 ${status} ${STATUS_CODES[status]}`, ...lines, '', body].join('\r\n'));
}
