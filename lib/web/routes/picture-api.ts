// A user's own picture for programs: ask for a form, send it to the bucket, say that it was sent.
import type { FastifyInstance } from 'fastify';
import { parseInput, pictureInput } from '../input';
import { pictureTaken, signedPost } from '../openapi/answers';
import { describe } from '../openapi/operation';
import { toPictureUrl } from '../pictures/pictures';
import { getSession } from '../signed-in';
import type { Site } from '../site';

export function registerPictureApi(app: FastifyInstance, { pictures, signedIn }: Site): void {
  const isForSignedIn = true;
  const asking = describe({ summary: 'A form to send a picture by', isForSignedIn, answers: { 200: signedPost } });
  app.post('/api/me/picture', asking, (request) => pictures.begin(getSession(request)));

  const taking = describe({
    ...{
      summary: 'Makes what was sent one’s picture',
      isForSignedIn,
      body: pictureInput,
      answers: { 200: pictureTaken },
    },
  });
  app.put('/api/me/picture', taking, async (request) => {
    const { key, position } = await pictures.adopt(getSession(request), parseInput(pictureInput, request.body).key);
    await signedIn.rememberWrite(request, position);
    return { url: toPictureUrl(key) };
  });

  const removing = describe({ summary: 'Removes one’s picture', isForSignedIn, answers: { 204: null } });
  app.delete('/api/me/picture', removing, async (request, reply) => {
    const position = await pictures.remove(getSession(request));
    if (position !== undefined) await signedIn.rememberWrite(request, position);
    return reply.code(204).send();
  });
}
