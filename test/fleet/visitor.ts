// A person at the load balancer: keeps cookies, sends what a browser would.

export interface Visit {
  readonly status: number;
  readonly clone: string;
  readonly body: Record<string, unknown>;
}

let people = 0;

export class Visitor {
  readonly name = `visitor-${process.pid}-${people++}`;
  readonly password = 'correct horse battery staple';
  #cookies = new Map<string, string>();

  constructor(private readonly url: string) {}

  async call(method: string, path: string, json?: unknown): Promise<Visit> {
    const response = await fetch(`${this.url}${path}`, {
      method,
      headers: {
        accept: 'application/json',
        // A connection for each request: the load balancer chooses anew each time, as for different people.
        connection: 'close',
        cookie: [...this.#cookies].map(([name, value]) => `${name}=${value}`).join('; '),
        ...(json === undefined ? {} : { 'content-type': 'application/json' }),
      },
      body: json === undefined ? undefined : JSON.stringify(json),
      redirect: 'manual',
    });
    for (const cookie of response.headers.getSetCookie()) {
      const [name = '', value = ''] = (cookie.split(';')[0] ?? '').split('=');
      this.#cookies.set(name, value);
    }
    const text = await response.text();
    const isJson = response.headers.get('content-type')?.includes('json');
    return {
      status: response.status,
      clone: response.headers.get('x-clone') ?? '',
      body: isJson && text ? JSON.parse(text) : {},
    };
  }

  async signUp(): Promise<Visit> {
    const { name, password } = this;
    const created = await this.call('POST', '/api/users', { name, password });
    if (created.status !== 201) throw new Error(`sign up: ${created.status} ${JSON.stringify(created.body)}`);
    return await this.call('POST', '/api/session', { name, password });
  }
}
