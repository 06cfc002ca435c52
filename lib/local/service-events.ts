// What happened to databases and caches, as RDS and ElastiCache tell it for two weeks.

export interface ServiceEvent {
  readonly at: Date;
  /** Identifier of the server or group. */
  readonly source: string;
  /** AWS's word, e.g. db-instance or replication-group. */
  readonly type: string;
  readonly categories: readonly string[];
  readonly message: string;
}

/** A fleet on one machine does not live for two weeks; but it must not grow either. */
const most = 1000;

export class ServiceEvents {
  readonly #all: ServiceEvent[] = [];

  /** In the order of time. */
  get all(): readonly ServiceEvent[] {
    return this.#all;
  }

  add(event: Omit<ServiceEvent, 'at'>): void {
    this.#all.push({ at: new Date(), ...event });
    if (this.#all.length > most) this.#all.shift();
  }
}
