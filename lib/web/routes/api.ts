// The app for programs: the same verbs as the pages, in JSON.
import type { FastifyInstance } from 'fastify';
import { articleInput, parseInput, registration, signIn } from '../input';
import { getSession } from '../signed-in';
import { type Site, toArticleId } from '../site';

interface ById {
  Params: { id: string };
}

export function registerApi(app: FastifyInstance, { accounts, articles, signedIn }: Site): void {
  app.post('/api/users', async (request, reply) => {
    const user = await accounts.register(parseInput(registration, request.body), request.ip);
    return reply.code(201).send(user);
  });

  app.post('/api/session', async (request, reply) => {
    const user = await accounts.verify(parseInput(signIn, request.body), request.ip);
    await signedIn.begin(request, reply, user);
    return reply.send({ id: user.id, name: user.name });
  });

  app.delete('/api/session', async (request, reply) => {
    await signedIn.end(request, reply);
    return reply.code(204).send();
  });

  app.get('/api/me', (request) => {
    const { userId, name } = getSession(request);
    return Promise.resolve({ id: userId, name });
  });

  app.post('/api/articles', async (request, reply) => {
    const { userId } = getSession(request);
    const { id, position } = await articles.create(userId, parseInput(articleInput, request.body));
    await signedIn.rememberWrite(request, position);
    return reply.code(201).header('location', `/api/articles/${id}`).send({ id });
  });

  app.get<ById>('/api/articles/:id', async (request, reply) => {
    const json = await articles.getJson(toArticleId(request.params.id), request.session?.position);
    return reply.type('application/json; charset=utf-8').send(json);
  });

  app.put<ById>('/api/articles/:id', async (request) => {
    const { userId, position: own } = getSession(request);
    const id = toArticleId(request.params.id);
    const { position } = await articles.update(id, userId, parseInput(articleInput, request.body), own);
    await signedIn.rememberWrite(request, position);
    return { id };
  });
}
