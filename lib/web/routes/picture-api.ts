// A user's own picture for programs: ask for a form, send it to the bucket, say that it was sent.
import type { FastifyInstance } from 'fastify';
import { parseInput, pictureInput } from '../input';
import { toPictureUrl } from '../pictures/pictures';
import { getSession } from '../signed-in';
import type { Site } from '../site';

export function registerPictureApi(app: FastifyInstance, { pictures, signedIn }: Site): void {
  app.post('/api/me/picture', (request) => pictures.begin(getSession(request)));

  app.put('/api/me/picture', async (request) => {
    const { key, position } = await pictures.adopt(getSession(request), parseInput(pictureInput, request.body).key);
    await signedIn.rememberWrite(request, position);
    return { url: toPictureUrl(key) };
  });

  app.delete('/api/me/picture', async (request, reply) => {
    const position = await pictures.remove(getSession(request));
    if (position !== undefined) await signedIn.rememberWrite(request, position);
    return reply.code(204).send();
  });
}
