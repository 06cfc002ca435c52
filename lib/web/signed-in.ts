// Signing in and out as a request sees it: from the cookie to the session and back.
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { Backends } from './backends';
import type { Position } from './database/dialect';
import { unauthorized } from './problem';
import { toReason } from './reason';
import type { SessionCookie } from './session-cookie';
import type { Session } from './sessions';
import type { User } from './users';

declare module 'fastify' {
  interface FastifyRequest {
    /** Undefined for whoever is not signed in. */
    session?: Session;
  }
}

export class SignedIn {
  constructor(
    private readonly backends: Backends,
    private readonly cookie: SessionCookie,
  ) {}

  /** Asks the cache only for who has a cookie; a cache that fails is an error, and never "not signed in". */
  async load(request: FastifyRequest): Promise<void> {
    const id = this.cookie.find(request.headers.cookie);
    if (id) request.session = await this.backends.getSessions().find(id);
  }

  /** Always a new id: one that was known before signing in may be known to others. */
  async begin(request: FastifyRequest, reply: FastifyReply, user: User): Promise<void> {
    const sessions = this.backends.getSessions();
    const session = await sessions.create({ userId: user.id, name: user.name });
    await this.#deleteOld(request);
    request.session = session;
    reply.header('set-cookie', this.cookie.set(session.id));
  }

  async end(request: FastifyRequest, reply: FastifyReply): Promise<void> {
    await this.#deleteOld(request);
    request.session = undefined;
    reply.header('set-cookie', this.cookie.clear());
  }

  /** What this user wrote is there: a cache that fails now must not make them write it twice. */
  async rememberWrite(request: FastifyRequest, position: Position): Promise<void> {
    const session = getSession(request);
    try {
      await this.backends.getSessions().setPosition(session.id, position);
    } catch (error) {
      request.log.warn({ reason: toReason(error) }, 'the position of a write was not kept');
    }
  }

  async #deleteOld(request: FastifyRequest): Promise<void> {
    const id = this.cookie.find(request.headers.cookie);
    if (id) await this.backends.getSessions().delete(id);
  }
}

/** Throws a 401 for whoever is not signed in. */
export function getSession(request: FastifyRequest): Session {
  if (!request.session) throw unauthorized('Sign in first.');
  return request.session;
}
