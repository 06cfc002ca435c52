// The page of an article with what is said below it: for reading, and for a comment that was not accepted.
import type { FastifyRequest } from 'fastify';
import { laterPage, parseInput } from '../input';
import { renderArticle } from '../pages/article-pages';
import { renderComments } from '../pages/comment-section';
import type { FormState } from '../pages/form-fields';
import { type Site, toArticleId } from '../site';
import { toPageContext } from './html-answer';

export async function renderArticlePage(
  site: Site,
  request: FastifyRequest<{ Params: { id: string } }>,
  state: FormState = {},
): Promise<string> {
  const { session } = request;
  const articleId = toArticleId(request.params.id);
  const { after } = parseInput(laterPage, request.query);
  const [article, page] = await Promise.all([
    site.articles.getPage(articleId, session?.position),
    site.comments.list(articleId, after, session?.position),
  ]);
  const section = { ...page, articleId, isLater: after !== undefined, mayComment: session !== undefined };
  return renderArticle(toPageContext(site, request), {
    article,
    mayEdit: session?.userId === article.authorId,
    comments: renderComments(section, state),
  });
}
