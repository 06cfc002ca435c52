// How pages are sent, and how a form comes back with what was wrong with it.
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { FormState } from '../pages/form-fields';
import type { PageContext } from '../pages/layout';
import { Problem } from '../problem';
import type { Site } from '../site';

export const toPageContext = (site: Site, request: FastifyRequest): PageContext => ({
  assets: site.assets,
  userName: request.session?.name,
  isUnknown: request.sessionFailure !== undefined,
});

export const sendPage = (reply: FastifyReply, page: string): FastifyReply =>
  reply.type('text/html; charset=utf-8').send(page);

/** A problem with what was typed shows the form again; any other goes its own way. */
export async function answerForm(
  request: FastifyRequest,
  reply: FastifyReply,
  work: () => Promise<FastifyReply>,
  renderForm: (state: FormState) => string | Promise<string>,
): Promise<FastifyReply> {
  try {
    return await work();
  } catch (error) {
    if (!(error instanceof Problem) || ![400, 401, 409, 429].includes(error.statusCode)) throw error;
    if (error.retryAfterSeconds !== undefined) reply.header('retry-after', error.retryAfterSeconds);
    const values = request.body as Record<string, unknown> | undefined;
    return sendPage(reply.code(error.statusCode), await renderForm({ values, problem: error }));
  }
}
