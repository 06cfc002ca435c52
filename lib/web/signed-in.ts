// Signing in and out as a request sees it: from the cookie to the session and back.
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { Backends } from './backends';
import type { Position } from './database/dialect';
import { Problem, unauthorized } from './problem';
import { toReason } from './reason';
import type { SessionCookie } from './session-cookie';
import type { Session } from './sessions';
import type { User, Verified } from './users';

declare module 'fastify' {
  interface FastifyRequest {
    /** Undefined for whoever is not signed in, and for whom nobody can tell now. */
    session?: Session;
    /** Why nobody can tell: the sessions cache does not answer. */
    sessionFailure?: Problem;
  }
}

export class SignedIn {
  constructor(
    private readonly backends: Backends,
    private readonly cookie: SessionCookie,
  ) {}

  get cookieName(): string {
    return this.cookie.name;
  }

  /**
   * Asks the cache only for who has a cookie. A cache that fails is never "not signed in": what is for everybody is
   * answered all the same, and whatever asks who it is fails.
   */
  async load(request: FastifyRequest): Promise<void> {
    const id = this.cookie.find(request.headers.cookie);
    if (!id) return;
    const began = performance.now();
    try {
      request.session = await this.backends.getSessions().find(id);
    } catch (error) {
      if (!(error instanceof Problem)) throw error;
      request.sessionFailure = error;
    } finally {
      request.sessionMilliseconds = performance.now() - began;
    }
  }

  /**
   * Always a new id: one that was known before signing in may be known to others. A password that was changed meanwhile
   * signs nobody in: whoever changed it has ended all sessions that there were.
   */
  async begin(request: FastifyRequest, reply: FastifyReply, user: User | Verified): Promise<void> {
    const sessions = this.backends.getSessions();
    const session = await sessions.create({ userId: user.id, name: user.name }, request.headers['user-agent']);
    if ('isValidStill' in user && !(await user.isValidStill())) {
      await sessions.delete(session.id);
      throw unauthorized('The password was changed; sign in with the new one.');
    }
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
    // What is asked of a cache that does not answer may be done later, when nobody was told so.
    if (request.sessionFailure) throw request.sessionFailure;
    const id = this.cookie.find(request.headers.cookie);
    if (id) await this.backends.getSessions().delete(id);
  }
}

/** Undefined for whoever is not signed in. Throws a 503 when nobody can tell. */
export function findSession(request: FastifyRequest): Session | undefined {
  if (request.sessionFailure) throw request.sessionFailure;
  return request.session;
}

/** Throws a 401 for whoever is not signed in, a 503 when nobody can tell. */
export function getSession(request: FastifyRequest): Session {
  if (request.sessionFailure) throw request.sessionFailure;
  if (!request.session) throw unauthorized('Sign in first.');
  return request.session;
}
