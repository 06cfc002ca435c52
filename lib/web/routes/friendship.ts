// Befriending and unfriending, as pages and programs ask for it alike.
import type { FastifyRequest } from 'fastify';
import { getSession } from '../signed-in';
import { type Site, toUserName } from '../site';
import { getUser } from '../users';

/** `add` befriends the user that the address names, `remove` unfriends them; either may be done twice. */
export async function changeFriendship(
  { backends, friends, signedIn }: Site,
  request: FastifyRequest<{ Params: { name: string } }>,
  change: 'add' | 'remove',
): Promise<void> {
  const { userId, position } = getSession(request);
  const other = await getUser(backends.getDatabase(), toUserName(request.params.name), position);
  const written = await friends[change](userId, other.id);
  if (written !== undefined) await signedIn.rememberWrite(request, written);
}
