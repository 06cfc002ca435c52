// Express with its own sessions, set up as express-session and connect-redis say in their documentation.
import { RedisStore } from 'connect-redis';
import express from 'express';
import session from 'express-session';
import { createClient } from 'redis';

declare module 'express-session' {
  interface SessionData {
    user: string;
  }
}

const { PORT, CACHE_URL } = process.env;
const client = createClient({ url: CACHE_URL });
client.connect().catch(console.error);

const app = express();
app.use(
  session({
    store: new RedisStore({ client, prefix: 'express:' }),
    resave: false,
    saveUninitialized: false,
    secret: 'a secret of the bench, 32 or longer',
  }),
);

app.post('/session', (request, response, next) => {
  request.session.regenerate((error) => {
    if (error) return next(error);
    request.session.user = 'ada';
    response.sendStatus(204);
  });
});

app.get('/articles/:id', async (request, response) => {
  if (!request.session.user) {
    response.sendStatus(401);
    return;
  }
  const page = await client.get(`page:${request.params.id}`);
  if (page === null) response.sendStatus(404);
  else response.send(page);
});

const server = app.listen(Number(PORT), '127.0.0.1');
server.keepAliveTimeout = 72_000;
