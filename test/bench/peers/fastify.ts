// Fastify with its own sessions, set up as @fastify/session and connect-redis say in their documentation.
import cookie from '@fastify/cookie';
import { RedisStore } from 'connect-redis';
import fastify, { type FastifyRequest } from 'fastify';
import { createClient } from 'redis';

// Not imported: its types would give the app's requests a session of another kind.
const session = require('@fastify/session');

interface PeerSession {
  user?: string;
  regenerate(): Promise<void>;
}

const toSession = (request: FastifyRequest): PeerSession => (request as unknown as { session: PeerSession }).session;

const { PORT, CACHE_URL } = process.env;
const client = createClient({ url: CACHE_URL });
client.connect().catch(console.error);

const app = fastify();
app.register(cookie);
app.register(session, {
  store: new RedisStore({ client, prefix: 'fastify:' }),
  saveUninitialized: false,
  secret: 'a secret of the bench, 32 or longer',
  // By http.
  cookie: { secure: false },
});

app.register(async (scope) => {
  scope.post('/session', async (request, reply) => {
    await toSession(request).regenerate();
    toSession(request).user = 'ada';
    return reply.code(204).send();
  });

  scope.get<{ Params: { id: string } }>('/articles/:id', async (request, reply) => {
    if (!toSession(request).user) return reply.code(401).send();
    const page = await client.get(`page:${request.params.id}`);
    if (page === null) return reply.code(404).send();
    return reply.type('text/html; charset=utf-8').send(page);
  });
});

app.listen({ port: Number(PORT), host: '127.0.0.1' }).catch((error: unknown) => {
  console.error(error);
  process.exit(1);
});
