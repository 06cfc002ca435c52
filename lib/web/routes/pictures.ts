// Pictures as everybody sees them; registered before everything that knows sessions, for nobody need be signed in.
import type { FastifyInstance } from 'fastify';
import type { Pictures } from '../pictures/pictures';

export function registerPictures(app: FastifyInstance, pictures: Pictures): void {
  // Much longer than other answers may take: phones are slow.
  app.get<{ Params: { name: string } }>('/pictures/:name', { handlerTimeout: 120_000 }, async (request, reply) => {
    const { body, length, contentType } = await pictures.open(request.params.name);
    return (
      reply
        .type(contentType)
        .header('content-length', length)
        // Another picture has another address.
        .header('cache-control', 'public, max-age=31536000, immutable')
        // Somebody else's content from our own origin: were it ever taken for a page, it could do nothing.
        .header('content-security-policy', "default-src 'none'; sandbox")
        .send(body)
    );
  });
}
