// The app for programs: the same verbs as the pages, in JSON.
import type { FastifyInstance } from 'fastify';
import { articlesPerPage } from '../articles';
import { articleId, articleInput, olderPage, parseInput, registration, signIn } from '../input';
import { article, articlePage, created, user } from '../openapi/answers';
import { describe } from '../openapi/operation';
import { getSession } from '../signed-in';
import { type Site, toArticleId } from '../site';

interface ById {
  Params: { id: string };
}

export function registerApi(app: FastifyInstance, { accounts, articles, signedIn }: Site): void {
  const registering = describe({ summary: 'Registers', body: registration, answers: { 201: user }, problems: [409] });
  app.post('/api/users', registering, async (request, reply) => {
    const user = await accounts.register(parseInput(registration, request.body), request.ip);
    return reply.code(201).send(user);
  });

  const signingIn = describe({
    ...{ summary: 'Signs in: the answer sets the cookie of the session', body: signIn, answers: { 200: user } },
    problems: [401],
  });
  app.post('/api/session', signingIn, async (request, reply) => {
    const user = await accounts.verify(parseInput(signIn, request.body), request.ip);
    await signedIn.begin(request, reply, user);
    return reply.send({ id: user.id, name: user.name });
  });

  app.delete('/api/session', describe({ summary: 'Signs out', answers: { 204: null } }), async (request, reply) => {
    await signedIn.end(request, reply);
    return reply.code(204).send();
  });

  const asking = describe({ summary: 'Who is signed in', isForSignedIn: true, answers: { 200: user } });
  app.get('/api/me', asking, (request) => {
    const { userId, name } = getSession(request);
    return Promise.resolve({ id: userId, name });
  });

  const listing = describe({ summary: 'Articles, the newest first', query: olderPage, answers: { 200: articlePage } });
  app.get('/api/articles', listing, async (request) => {
    const { before } = parseInput(olderPage, request.query);
    const list = await articles.list(request.session?.position, before);
    return { articles: list, before: list.length === articlesPerPage ? list.at(-1)?.id : undefined };
  });

  const writing = describe({
    ...{ summary: 'Writes an article', isForSignedIn: true, body: articleInput, answers: { 201: created } },
  });
  app.post('/api/articles', writing, async (request, reply) => {
    const { userId } = getSession(request);
    const { id, position } = await articles.create(userId, parseInput(articleInput, request.body));
    await signedIn.rememberWrite(request, position);
    return reply.code(201).header('location', `/api/articles/${id}`).send({ id });
  });

  const params = { id: articleId };
  const reading = describe({ summary: 'An article', params, answers: { 200: article }, problems: [404] });
  app.get<ById>('/api/articles/:id', reading, async (request, reply) => {
    const json = await articles.getJson(toArticleId(request.params.id), request.session?.position);
    return reply.type('application/json; charset=utf-8').send(json);
  });

  const changing = describe({
    ...{ summary: 'Changes an article of one’s own', isForSignedIn: true, params, body: articleInput },
    ...{ answers: { 200: created }, problems: [404] },
  });
  app.put<ById>('/api/articles/:id', changing, async (request) => {
    const { userId, position: own } = getSession(request);
    const id = toArticleId(request.params.id);
    const { position } = await articles.update(id, userId, parseInput(articleInput, request.body), own);
    await signedIn.rememberWrite(request, position);
    return { id };
  });
}
