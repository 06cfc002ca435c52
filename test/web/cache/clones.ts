// Several clones over one objects cache: each with a connection of its own, as they have it.
import { CacheAside } from '../../../lib/web/cache/cache-aside';
import type { Engine } from '../../../lib/web/cache/engine';
import type { ObjectsEngine } from '../../../lib/web/env';
import { type OpenEngine, type RealEngine, startEngine } from './real-engines';

export class Clones {
  readonly failures: unknown[] = [];

  private constructor(
    readonly server: RealEngine,
    private readonly opened: readonly OpenEngine[],
  ) {}

  static async start(name: ObjectsEngine, count: number): Promise<Clones> {
    const server = await startEngine(name);
    return new Clones(server, await Promise.all(Array.from({ length: count }, () => server.open())));
  }

  /** What a clone has of the cache, counted from 0. */
  getEngine(clone = 0): Engine {
    const found = this.opened[clone];
    if (!found) throw new Error(`There are ${this.opened.length} clones, got: ${clone}.`);
    return found.engine;
  }

  createCacheAside(findEngine: () => Engine | undefined): CacheAside {
    return new CacheAside({ findEngine, onFailure: (error) => this.failures.push(error) });
  }

  /** What each clone makes of it. */
  map<T>(create: (cacheAside: CacheAside) => T): T[] {
    return this.opened.map(({ engine }) => create(this.createCacheAside(() => engine)));
  }

  async stop(): Promise<void> {
    await Promise.all(this.opened.map(({ close }) => close()));
    await this.server.stop();
  }
}
