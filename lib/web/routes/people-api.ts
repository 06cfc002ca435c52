// Users, their friends and what those do, for programs.
import type { FastifyInstance } from 'fastify';
import { olderPage, parseInput, userName } from '../input';
import { friendList, profile, streamPage } from '../openapi/answers';
import { describe } from '../openapi/operation';
import { getSession } from '../signed-in';
import { type Site, toUserName } from '../site';
import { getUser } from '../users';
import { changeFriendship } from './friendship';

interface ByName {
  Params: { name: string };
}

export function registerPeopleApi(app: FastifyInstance, site: Site): void {
  const { backends, friends, profiles, stream } = site;

  const params = { name: userName };
  const looking = { params, query: olderPage, answers: { 200: profile }, problems: [404] };
  app.get<ByName>('/api/users/:name', describe({ summary: 'A user, as others see them', ...looking }), (request) => {
    const { before } = parseInput(olderPage, request.query);
    return profiles.get(toUserName(request.params.name), request.session, before);
  });

  const listing = describe({ summary: 'Their friends', params, answers: { 200: friendList }, problems: [404] });
  app.get<ByName>('/api/users/:name/friends', listing, async (request) => {
    const position = request.session?.position;
    const { id } = await getUser(backends.getDatabase(), toUserName(request.params.name), position);
    return { friends: await friends.list(id, position) };
  });

  const changing = { isForSignedIn: true, params, answers: { 204: null }, problems: [404, 409] };
  app.put<ByName>(
    '/api/users/:name/friend',
    describe({ summary: 'Befriends', ...changing }),
    async (request, reply) => {
      await changeFriendship(site, request, 'add');
      return reply.code(204).send();
    },
  );

  app.delete<ByName>(
    '/api/users/:name/friend',
    describe({ summary: 'Unfriends', ...changing }),
    async (request, reply) => {
      await changeFriendship(site, request, 'remove');
      return reply.code(204).send();
    },
  );

  const following = describe({
    ...{ summary: 'What one’s friends did, the newest first', isForSignedIn: true },
    ...{ query: olderPage, answers: { 200: streamPage } },
  });
  app.get('/api/stream', following, (request) => {
    const { userId, position } = getSession(request);
    return stream.read(userId, parseInput(olderPage, request.query).before, position);
  });
}
