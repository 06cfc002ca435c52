// What people do to their own account: see where they are signed in, end any of it, and change the password.
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { endSessions, newPassword, parseInput } from '../input';
import { sessionList } from '../openapi/answers';
import { describe } from '../openapi/operation';
import { renderOwnSessions, renderPasswordForm } from '../pages/own-account-pages';
import { notFound } from '../problem';
import { findSession, getSession } from '../signed-in';
import type { Site } from '../site';
import { answerForm, sendPage, toPageContext } from './html-answer';

const sessionsPage = '/profile/sessions';

/** Ends one session, or all but the one that asks, of whoever shows once more that they know their password. */
async function end({ accounts, backends }: Site, request: FastifyRequest, body: unknown): Promise<void> {
  const { id, userId, name } = getSession(request);
  const { password, key } = parseInput(endSessions, body);
  await accounts.verify({ name, password }, request.ip);
  if (key === undefined) await backends.getSessions().endAll(userId, id);
  else if (!(await backends.getSessions().end(userId, key))) throw notFound('session');
}

export function registerOwnAccountApi(app: FastifyInstance, site: Site): void {
  const { backends, signedIn } = site;

  const isForSignedIn = true;
  const listing = describe({ summary: 'Where one is signed in', isForSignedIn, answers: { 200: sessionList } });
  app.get('/api/me/sessions', listing, (request) => {
    const { id, userId } = getSession(request);
    return backends.getSessions().list(userId, id);
  });

  const ending = describe({
    ...{ summary: 'Signs out of one session, or of all others', isForSignedIn, body: endSessions },
    ...{ answers: { 204: null }, problems: [404] },
  });
  app.post('/api/me/sessions/end', ending, async (request, reply) => {
    await end(site, request, request.body);
    return reply.code(204).send();
  });

  const changing = describe({
    ...{ summary: 'Changes one’s password, and signs out everywhere else', isForSignedIn, body: newPassword },
    answers: { 204: null },
  });
  app.put('/api/me/password', changing, async (request, reply) => {
    await change(site, request);
    await signedIn.begin(request, reply, toUser(request));
    return reply.code(204).send();
  });
}

export function registerOwnAccountForms(app: FastifyInstance, site: Site): void {
  const { backends, signedIn } = site;

  const renderSessions = async (request: FastifyRequest, state = {}): Promise<string> => {
    const { id, userId } = getSession(request);
    return renderOwnSessions(toPageContext(site, request), await backends.getSessions().list(userId, id), state);
  };

  app.get(sessionsPage, async (request, reply) => {
    if (!findSession(request)) return reply.redirect('/login', 303);
    return sendPage(reply, await renderSessions(request));
  });

  app.post(`${sessionsPage}/end`, (request, reply) =>
    answerForm(
      request,
      reply,
      async () => {
        await end(site, request, request.body);
        return reply.redirect(sessionsPage, 303);
      },
      (state) => renderSessions(request, state),
    ),
  );

  app.get('/profile/password', async (request, reply) => {
    if (!findSession(request)) return reply.redirect('/login', 303);
    return sendPage(reply, renderPasswordForm(toPageContext(site, request)));
  });

  app.post('/profile/password', (request, reply) =>
    answerForm(
      request,
      reply,
      async () => {
        await change(site, request);
        await signedIn.begin(request, reply, toUser(request));
        return reply.redirect(sessionsPage, 303);
      },
      (state) => renderPasswordForm(toPageContext(site, request), state),
    ),
  );
}

const toUser = (request: FastifyRequest) => {
  const { userId: id, name } = getSession(request);
  return { id, name };
};

/** Nobody who knew the old one stays signed in, the one who changed it gets a new session. */
async function change({ accounts, backends }: Site, request: FastifyRequest): Promise<void> {
  const user = toUser(request);
  await accounts.changePassword(user, parseInput(newPassword, request.body), request.ip);
  await backends.getSessions().endAll(user.id);
}
