// Pages for registering, signing in and signing out.
import type { FastifyInstance } from 'fastify';
import { parseInput, registration, signIn } from '../input';
import { renderRegister, renderSignIn } from '../pages/account-pages';
import type { Site } from '../site';
import { answerForm, sendPage, toPageContext } from './html-answer';

export function registerAccountForms(app: FastifyInstance, site: Site): void {
  const { accounts, signedIn } = site;

  app.get('/register', (request, reply) => sendPage(reply, renderRegister(toPageContext(site, request))));

  app.post('/register', (request, reply) =>
    answerForm(
      request,
      reply,
      async () => {
        const user = await accounts.register(parseInput(registration, request.body), request.ip);
        await signedIn.begin(request, reply, user);
        return reply.redirect('/', 303);
      },
      (state) => renderRegister(toPageContext(site, request), state),
    ),
  );

  app.get('/login', (request, reply) => sendPage(reply, renderSignIn(toPageContext(site, request))));

  app.post('/login', (request, reply) =>
    answerForm(
      request,
      reply,
      async () => {
        const user = await accounts.verify(parseInput(signIn, request.body), request.ip);
        await signedIn.begin(request, reply, user);
        return reply.redirect('/', 303);
      },
      (state) => renderSignIn(toPageContext(site, request), state),
    ),
  );

  app.post('/logout', async (request, reply) => {
    await signedIn.end(request, reply);
    return reply.redirect('/', 303);
  });
}
