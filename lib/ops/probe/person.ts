// One of the probe's people: signs in to the reference app at the load balancer, and knows what must be answered.

/** What one request came to. */
export interface Answer {
  /** 0 when there was none. */
  readonly status: number;
  readonly milliseconds: number;
  readonly clone: string | null;
  readonly body: Record<string, unknown>;
}

const timeoutMs = 10_000;

export class Person {
  readonly #cookies = new Map<string, string>();
  #article: string | undefined;
  /** The last title that was acknowledged. */
  #written = 0;

  constructor(
    private readonly url: string,
    readonly name: string,
    private readonly password: string,
  ) {}

  /** A connection for each request: the load balancer chooses a clone anew each time. */
  async call(method: string, path: string, json?: unknown): Promise<Answer> {
    const began = performance.now();
    const ended = (status: number, clone: string | null, body: Record<string, unknown>): Answer => ({
      ...{ status, clone, body, milliseconds: performance.now() - began },
    });
    try {
      const response = await fetch(`${this.url}${path}`, {
        method,
        headers: {
          ...{ accept: 'application/json', connection: 'close', 'user-agent': 'clonekit-probe' },
          cookie: [...this.#cookies].map(([name, value]) => `${name}=${value}`).join('; '),
          ...(json === undefined ? {} : { 'content-type': 'application/json' }),
        },
        body: json === undefined ? undefined : JSON.stringify(json),
        redirect: 'manual',
        signal: AbortSignal.timeout(timeoutMs),
      });
      for (const cookie of response.headers.getSetCookie()) {
        const [name = '', value = ''] = (cookie.split(';')[0] ?? '').split('=');
        this.#cookies.set(name, value);
      }
      const text = await response.text();
      return ended(response.status, response.headers.get('x-clone'), toObject(text));
    } catch {
      return ended(0, null, {});
    }
  }

  /** @returns why not, in the app's words; undefined when it is signed in with an article of its own */
  async begin(): Promise<string | undefined> {
    const { name, password } = this;
    const steps = [
      () => this.call('POST', '/api/users', { name, password }),
      () => this.call('POST', '/api/session', { name, password }),
      () => this.call('POST', '/api/articles', { title: '0', body: 'Written by clonekit.' }),
    ];
    for (const step of steps) {
      const { status, body } = await step();
      if (status >= 300 || status === 0) return `${status} ${body.detail ?? body.title ?? ''}`.trim();
      this.#article = String(body.id);
    }
    return undefined;
  }

  /** Whether it is still signed in: undefined when the answer does not say. */
  async isSignedIn(): Promise<{ answer: Answer; holds: boolean | undefined }> {
    const answer = await this.call('GET', '/api/me');
    return {
      answer,
      holds: answer.status === 401 ? false : answer.status === 200 ? answer.body.name === this.name : undefined,
    };
  }

  async write(): Promise<Answer> {
    const next = this.#written + 1;
    const answer = await this.call('PUT', `/api/articles/${this.#article}`, {
      title: String(next),
      body: 'Written by clonekit.',
    });
    if (answer.status === 200) this.#written = next;
    return answer;
  }

  /** Whether it reads what it has written, or what is newer: a write that was not acknowledged may have been done. */
  async read(): Promise<{ answer: Answer; holds: boolean | undefined }> {
    const written = this.#written;
    const answer = await this.call('GET', `/api/articles/${this.#article}`);
    return { answer, holds: answer.status === 200 ? Number(answer.body.title) >= written : undefined };
  }

  async end(): Promise<void> {
    await this.call('DELETE', '/api/session');
  }
}

function toObject(text: string): Record<string, unknown> {
  try {
    const value = JSON.parse(text);
    return typeof value === 'object' && value !== null ? value : {};
  } catch {
    return {};
  }
}
