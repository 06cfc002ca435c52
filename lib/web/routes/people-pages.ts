// Pages of users, their friends and what those do.
import type { FastifyInstance } from 'fastify';
import { olderPage, parseInput } from '../input';
import { renderFriends } from '../pages/friends-page';
import { renderProfile } from '../pages/profile-page';
import { renderStream } from '../pages/stream-page';
import { findSession } from '../signed-in';
import { type Site, toUserName } from '../site';
import { getUser } from '../users';
import { changeFriendship } from './friendship';
import { sendPage, toPageContext } from './html-answer';

interface ByName {
  Params: { name: string };
}

export function registerPeoplePages(app: FastifyInstance, site: Site): void {
  const { backends, friends, profiles, stream } = site;

  app.get<ByName>('/users/:name', async (request, reply) => {
    const { before } = parseInput(olderPage, request.query);
    const profile = await profiles.get(toUserName(request.params.name), request.session, before);
    return sendPage(reply, renderProfile(toPageContext(site, request), profile));
  });

  app.get<ByName>('/users/:name/friends', async (request, reply) => {
    const position = request.session?.position;
    const { id, name } = await getUser(backends.getDatabase(), toUserName(request.params.name), position);
    return sendPage(reply, renderFriends(toPageContext(site, request), name, await friends.list(id, position)));
  });

  for (const [verb, change] of [['friend', 'add'] as const, ['unfriend', 'remove'] as const])
    app.post<ByName>(`/users/:name/${verb}`, async (request, reply) => {
      if (!findSession(request)) return reply.redirect('/login', 303);
      await changeFriendship(site, request, change);
      return reply.redirect(`/users/${request.params.name}`, 303);
    });

  app.get('/stream', async (request, reply) => {
    const session = findSession(request);
    if (!session) return reply.redirect('/login', 303);
    const { userId, position } = session;
    const page = await stream.read(userId, parseInput(olderPage, request.query).before, position);
    return sendPage(reply, renderStream(toPageContext(site, request), page));
  });
}
