// Pages for reading, writing and changing articles.
import type { FastifyInstance } from 'fastify';
import { articleInput, parseInput } from '../input';
import { renderArticleForm, renderHome } from '../pages/article-pages';
import { forbidden } from '../problem';
import { findSession, getSession } from '../signed-in';
import { type Site, toArticleId } from '../site';
import { renderArticlePage } from './article-page';
import { answerForm, sendPage, toPageContext } from './html-answer';

interface ById {
  Params: { id: string };
}

export function registerArticleForms(app: FastifyInstance, site: Site): void {
  const { articles, signedIn } = site;

  app.get<{ Querystring: { before?: string } }>('/', async (request, reply) => {
    const { before } = request.query;
    const list = await articles.list(request.session?.position, before === undefined ? undefined : toArticleId(before));
    return sendPage(reply, renderHome(toPageContext(site, request), list));
  });

  app.get('/articles/new', (request, reply) => {
    if (!findSession(request)) return reply.redirect('/login', 303);
    return sendPage(reply, renderArticleForm(toPageContext(site, request), '/articles/new'));
  });

  app.post('/articles/new', (request, reply) => {
    const session = findSession(request);
    if (!session) return reply.redirect('/login', 303);
    const { userId } = session;
    return answerForm(
      request,
      reply,
      async () => {
        const { id, position } = await articles.create(userId, parseInput(articleInput, request.body));
        await signedIn.rememberWrite(request, position);
        return reply.redirect(`/articles/${id}`, 303);
      },
      (state) => renderArticleForm(toPageContext(site, request), '/articles/new', state),
    );
  });

  app.get<ById>('/articles/:id', async (request, reply) => sendPage(reply, await renderArticlePage(site, request)));

  app.get<ById>('/articles/:id/edit', async (request, reply) => {
    const session = findSession(request);
    if (!session) return reply.redirect('/login', 303);
    const article = await articles.get(toArticleId(request.params.id), session.position);
    if (article.authorId !== session.userId) throw forbidden('Only its author may change an article.');
    const { title, body } = article;
    const form = renderArticleForm(toPageContext(site, request), `/articles/${article.id}/edit`, {
      values: { title, body },
    });
    return sendPage(reply, form);
  });

  app.post<ById>('/articles/:id/edit', (request, reply) => {
    const { userId, position: own } = getSession(request);
    const id = toArticleId(request.params.id);
    return answerForm(
      request,
      reply,
      async () => {
        const { position } = await articles.update(id, userId, parseInput(articleInput, request.body), own);
        await signedIn.rememberWrite(request, position);
        return reply.redirect(`/articles/${id}`, 303);
      },
      (state) => renderArticleForm(toPageContext(site, request), `/articles/${id}/edit`, state),
    );
  });
}
