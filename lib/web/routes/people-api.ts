// Users, their friends and what those do, for programs.
import type { FastifyInstance } from 'fastify';
import { olderPage, parseInput } from '../input';
import { getSession } from '../signed-in';
import { type Site, toUserName } from '../site';
import { getUser } from '../users';
import { changeFriendship } from './friendship';

interface ByName {
  Params: { name: string };
}

export function registerPeopleApi(app: FastifyInstance, site: Site): void {
  const { backends, friends, profiles, stream } = site;

  app.get<ByName>('/api/users/:name', (request) => {
    const { before } = parseInput(olderPage, request.query);
    return profiles.get(toUserName(request.params.name), request.session, before);
  });

  app.get<ByName>('/api/users/:name/friends', async (request) => {
    const position = request.session?.position;
    const { id } = await getUser(backends.getDatabase(), toUserName(request.params.name), position);
    return { friends: await friends.list(id, position) };
  });

  app.put<ByName>('/api/users/:name/friend', async (request, reply) => {
    await changeFriendship(site, request, 'add');
    return reply.code(204).send();
  });

  app.delete<ByName>('/api/users/:name/friend', async (request, reply) => {
    await changeFriendship(site, request, 'remove');
    return reply.code(204).send();
  });

  app.get('/api/stream', (request) => {
    const { userId, position } = getSession(request);
    return stream.read(userId, parseInput(olderPage, request.query).before, position);
  });
}
