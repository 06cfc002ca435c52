// One client of each service for a command: made when it is first asked for; its failures say which right they wanted.
import { type Target, toClientConfig } from './target';

/** What all clients of the SDK have in common, as far as it is needed here. */
interface SdkClient {
  readonly config: { readonly serviceId: string };
  readonly middlewareStack: { add(middleware: Middleware, options: { readonly step: 'initialize' }): void };
  destroy(): void;
}
// biome-ignore lint/suspicious/noExplicitAny: each client has types of its own, and this is for all of them
type Middleware = (next: any, context: any) => any;

/** What a failed call carries. */
export interface FailedCall extends Error {
  /** The action that IAM would have to allow, e.g. `rds:DescribeDBInstances`. */
  readonly action?: string;
}

/** Where IAM's name of a service is not that of its client. */
const prefixes: Readonly<Record<string, string>> = {
  'Elastic Load Balancing v2': 'elasticloadbalancing',
  'CloudWatch Logs': 'logs',
};

const toAction = (serviceId: string, command: string): string =>
  `${prefixes[serviceId] ?? serviceId.toLowerCase().replaceAll(' ', '')}:${command.replace(/Command$/, '')}`;

export class Aws {
  readonly #clients = new Map<unknown, SdkClient>();
  #interrupted = new AbortController();

  constructor(
    readonly target: Target,
    /** Told of each call before it is made. */
    private readonly onCall: (action: string) => void = () => {},
  ) {}

  /** The client of a service. */
  // biome-ignore lint/suspicious/noExplicitAny: each client has a config of its own, and all take that of a target
  of<T extends SdkClient>(Service: new (config: any) => T): T {
    const known = this.#clients.get(Service);
    if (known) return known as T;
    const client = new Service(toClientConfig(this.target));
    client.middlewareStack.add(
      (next, { commandName }) =>
        async (args: unknown) => {
          const action = toAction(client.config.serviceId, commandName);
          this.onCall(action);
          try {
            return await next(args);
          } catch (error) {
            if (error instanceof Error) Object.assign(error, { action });
            throw error;
          }
        },
      { step: 'initialize' },
    );
    this.#clients.set(Service, client);
    return client;
  }

  /** Aborted when the operator wants the command to end. */
  get stop(): AbortSignal {
    return this.#interrupted.signal;
  }

  interrupt(): void {
    this.#interrupted.abort();
  }

  /** What is undone after an interrupt is undone to its end. */
  goOn(): void {
    this.#interrupted = new AbortController();
  }

  close(): void {
    for (const client of this.#clients.values()) client.destroy();
    this.#clients.clear();
  }
}
