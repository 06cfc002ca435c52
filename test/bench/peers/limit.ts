// The limit of what Node can do here: no framework, two commands in one write, and the bytes as they came.
import { randomBytes } from 'node:crypto';
import { createServer } from 'node:http';
import { Redis } from 'ioredis';

const { PORT, CACHE_URL = '' } = process.env;
const redis = new Redis(CACHE_URL, { enableReadyCheck: false });

const server = createServer(async (request, response) => {
  if (request.method === 'POST') {
    const id = randomBytes(32).toString('base64url');
    await redis.set(`limit:${id}`, 'ada');
    response.writeHead(204, { 'set-cookie': `session=${id}; Path=/; HttpOnly; SameSite=Lax` }).end();
    return;
  }
  const id = request.headers.cookie?.slice('session='.length);
  const article = request.url?.slice('/articles/'.length);
  const answers = await redis.pipeline().get(`limit:${id}`).get(`page:${article}`).exec();
  const [session, page] = (answers ?? []).map(([, answer]) => answer as string | null);
  if (!session || !page) {
    response.writeHead(session ? 404 : 401, { 'content-length': 0 }).end();
    return;
  }
  response
    .writeHead(200, { 'content-type': 'text/html; charset=utf-8', 'content-length': Buffer.byteLength(page) })
    .end(page);
});
server.keepAliveTimeout = 72_000;
server.listen(Number(PORT), '127.0.0.1');
