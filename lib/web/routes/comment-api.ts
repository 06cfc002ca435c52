// Comments, for programs.
import type { FastifyInstance } from 'fastify';
import { commentInput, articleId as id, laterPage, parseInput } from '../input';
import { commentPage, created } from '../openapi/answers';
import { describe } from '../openapi/operation';
import { getSession } from '../signed-in';
import { type Site, toArticleId } from '../site';

interface ById {
  Params: { id: string };
}

export function registerCommentApi(app: FastifyInstance, { articles, comments, signedIn }: Site): void {
  const params = { id };
  const reading = { params, query: laterPage, answers: { 200: commentPage }, problems: [404] };
  app.get<ById>(
    '/api/articles/:id/comments',
    describe({ summary: 'Comments, in order', ...reading }),
    async (request) => {
      const { after } = parseInput(laterPage, request.query);
      const position = request.session?.position;
      const { id } = await articles.get(toArticleId(request.params.id), position);
      return comments.list(id, after, position);
    },
  );

  const writing = describe({
    ...{ summary: 'Comments on an article', isForSignedIn: true, params, body: commentInput },
    ...{ answers: { 201: created }, problems: [404] },
  });
  app.post<ById>('/api/articles/:id/comments', writing, async (request, reply) => {
    const { userId } = getSession(request);
    const articleId = toArticleId(request.params.id);
    const { id, position } = await comments.add(articleId, userId, parseInput(commentInput, request.body));
    await signedIn.rememberWrite(request, position);
    return reply
      .code(201)
      .header('location', `/api/articles/${articleId}/comments?after=${id - 1}`)
      .send({ id });
  });
}
