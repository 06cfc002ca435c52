// The form below an article.
import type { FastifyInstance } from 'fastify';
import { commentsPerPage } from '../comments';
import { commentInput, parseInput } from '../input';
import { findSession } from '../signed-in';
import { type Site, toArticleId } from '../site';
import { renderArticlePage } from './article-page';
import { answerForm } from './html-answer';

interface ById {
  Params: { id: string };
}

export function registerCommentForms(app: FastifyInstance, site: Site): void {
  const { comments, signedIn } = site;

  app.post<ById>('/articles/:id/comments', (request, reply) => {
    const session = findSession(request);
    if (!session) return reply.redirect('/login', 303);
    const { userId } = session;
    const articleId = toArticleId(request.params.id);
    return answerForm(
      request,
      reply,
      async () => {
        const { id, total, position } = await comments.add(articleId, userId, parseInput(commentInput, request.body));
        await signedIn.rememberWrite(request, position);
        const page = total > commentsPerPage ? `?after=${id - 1}` : '';
        return reply.redirect(`/articles/${articleId}${page}#comment-${id}`, 303);
      },
      (state) => renderArticlePage(site, request, state),
    );
  });
}
