// A replication group: a primary and its copies, of which one takes over when the primary dies.
import { findFreePort } from '../free-port';
import type { Address } from '../physical';
import { memberIdsOf, type ValkeyPlan } from '../plan/cache';
import type { Program } from '../programs/program';
import { generatePassword } from '../secrets';
import { Cache } from './cache';
import type { CacheNode, CacheServer, CacheServerOptions } from './cache-server';

/** ElastiCache's word. */
export type GroupStatus = 'available' | 'modifying';

export class CacheGroup implements CacheServer {
  /** Where clients find the primary, whichever node it is; in cluster mode where they ask who is. */
  readonly address: Address;
  readonly nodes: readonly CacheNode[];
  #isFailingOver = false;
  /** Told once a node that died is back. */
  #onSettled: (error?: unknown) => void = () => {};

  private constructor(
    private readonly options: CacheServerOptions<ValkeyPlan>,
    private readonly caches: readonly Cache[],
  ) {
    this.address = { host: '127.0.0.1', port: options.port };
    this.nodes = caches.map((cache): CacheNode => {
      const group = this;
      return {
        ...{ id: cache.id, name: cache.name },
        get address() {
          return cache.address;
        },
        get process() {
          return cache.process;
        },
        get role() {
          return cache.role;
        },
        measure: (metric) => cache.measure(metric),
        restart: () => group.#restart(cache),
      };
    });
  }

  static async start(options: CacheServerOptions<ValkeyPlan>): Promise<CacheGroup> {
    const { cache, folder, port, logFile } = options;
    const password = generatePassword(32);
    const [first, ...others] = memberIdsOf(cache) as [string, ...string[]];
    const primary = await Cache.start({ ...options, id: first, password });
    const replicas = others.map(async (id, index) => {
      const name = `${cache.purpose} replica ${index + 1}`;
      const own = { folder: `${folder}-${index + 2}`, logFile: logFile.replace(/\.log$/, `-${index + 2}.log`) };
      return await Cache.start(
        { ...options, ...own, id, name, password, port: await findFreePort() },
        await toFollowed(primary, port),
      );
    });
    const ended = await Promise.allSettled(replicas);
    const failed = ended.find((end) => end.status === 'rejected');
    const started = [primary, ...ended.flatMap((end) => (end.status === 'fulfilled' ? [end.value] : []))];
    if (!failed) return new CacheGroup(options, started);
    await Promise.allSettled(started.map((node) => node.stop()));
    throw failed.reason;
  }

  get plan(): ValkeyPlan {
    return this.options.cache;
  }

  get program(): Program {
    return this.options.program;
  }

  get isEncrypted(): boolean {
    return this.options.tls !== undefined;
  }

  get primary(): Cache {
    return this.caches.find(({ role }) => role === 'primary') as Cache;
  }

  get status(): GroupStatus {
    return this.#isFailingOver || this.caches.some(({ process }) => process.ended) ? 'modifying' : 'available';
  }

  /** Ends the primary's process by force; whoever brings it back has another node take over first. */
  async failOver(): Promise<{ from: string; to: string }> {
    const { primary } = this;
    this.#isFailingOver = true;
    primary.process.signal('SIGKILL');
    await new Promise<void>((resolve, reject) => {
      this.#onSettled = (error) => (error === undefined ? resolve() : reject(error));
    });
    if (primary === this.primary) throw new Error('no replica was there to take over');
    return { from: primary.id, to: this.primary.id };
  }

  /** Starts a node that died; where it was the primary, and a copy may take over, the copy does, and the node follows it. */
  async #restart(node: Cache): Promise<void> {
    if (node.role === 'replica') return await node.restart();
    try {
      const heir = await this.#findHeir(node);
      if (heir && this.plan.automaticFailover) await this.#handOver(node, heir);
      await node.restart();
      this.#onSettled();
    } catch (error) {
      // One that has taken over, and has not its address yet, gets it when this is tried again.
      if (!this.caches.some((one) => one !== node && one.role === 'primary')) this.#onSettled(error);
      throw error;
    } finally {
      this.#isFailingOver = false;
    }
  }

  /** Of the replicas that live, the one that has most of what the primary had; or one that took over, but not its address. */
  async #findHeir(node: Cache): Promise<Cache | undefined> {
    const living = this.caches.filter((one) => one !== node && !one.process.ended);
    const promoted = living.find(({ role }) => role === 'primary');
    if (promoted) return promoted;
    const offsets = await Promise.all(living.map((one) => one.info('slave_repl_offset').catch(() => -1)));
    return living[offsets.indexOf(Math.max(...offsets))];
  }

  /** May be begun again until the others are told whom they follow. */
  async #handOver(node: Cache, heir: Cache): Promise<void> {
    node.letGo();
    await heir.promote();
    if (this.plan.mode === 'single' && node.address.port === this.address.port) {
      // The address stays where it was: it is the endpoint, not the node, that clients know.
      const port = heir.address.port;
      await heir.moveTo(node.address.port);
      node.setPort(port);
    }
    const followed = await toFollowed(heir, heir.address.port);
    for (const other of this.caches) if (other !== heir) other.demote(followed);
    const others = this.caches.filter((one) => one !== heir && one !== node && !one.process.ended);
    await Promise.all(others.map((one) => one.follow(followed)));
  }

  /** Replaces the passwords of one user on every node. */
  async setPasswords(user: string, passwords: readonly string[]): Promise<void> {
    await Promise.all(this.caches.map((node) => node.setPasswords(user, passwords)));
  }

  /** How many passwords a user has; undefined for one that a node does not know, or of which nodes know different numbers. */
  async countPasswords(user: string): Promise<number | undefined> {
    const counts = await Promise.all(this.caches.map((node) => node.countPasswords(user)));
    return new Set(counts).size === 1 ? counts[0] : undefined;
  }

  async readParameters(): Promise<Readonly<Record<string, string>>> {
    return await this.primary.readParameters();
  }

  async stop(): Promise<void> {
    await Promise.all(this.caches.map((node) => node.stop()));
  }
}

const toFollowed = async (node: Cache, port: number): Promise<{ port: number; busPort: number }> => ({
  port,
  busPort: await node.busPort,
});
