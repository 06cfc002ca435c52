// Who takes over for a primary, because somebody asked for it or because it died; the primary there was is made a standby again.
import type { DatabaseSet } from './database-set';
import type { Server } from './keep-alive';
import type { Database } from './servers/database';
import { handOver, type Pair, takeOver } from './take-over';

type Work = () => Promise<void>;

export interface StandbysOptions {
  readonly listSets: () => readonly DatabaseSet[];
  readonly isBusy: (database: Database) => boolean;
  /** They are told to be rebooting meanwhile. */
  readonly whileBusy: (databases: readonly Database[], work: Work) => Promise<void>;
  /** Likewise; returns at once, and that it fails is told. */
  readonly run: (databases: readonly Database[], work: Work) => void;
  readonly tell: (database: Database, message: string, ...categories: string[]) => void;
  /** One that no server had. */
  readonly takeServerId: () => number;
}

export class Standbys {
  /** Those that were primaries until now: they have not all that was written since. */
  readonly #behind = new Set<Database>();

  constructor(private readonly options: StandbysOptions) {}

  /** Of a primary that has one. */
  of(primary: Database): Database | undefined {
    return this.options.listSets().find((set) => set.primary === primary)?.standby;
  }

  /** Whether its standby runs, and has been level with it since it was built. */
  isProtected(primary: Database): boolean {
    const pair = this.#findPair(primary);
    return pair !== undefined && !pair.standby.process.ended;
  }

  /** The standby takes over the address of the primary. Returns at once, as RDS does. */
  failOver(primary: Database): void {
    const pair = this.#findPair(primary);
    if (!pair) throw new Error(`${primary.plan.id} has no standby that can take over`);
    this.options.run([primary], async () => {
      this.options.tell(primary, 'Multi-AZ instance failover started.', 'failover');
      await handOver(pair).catch((error: Error) => {
        throw new Error(`Multi-AZ instance failover failed: ${error.message}`);
      });
      this.#behind.add(primary);
      this.options.tell(pair.standby, 'DB instance restarted', 'availability');
      this.options.tell(pair.standby, 'Multi-AZ instance failover completed', 'failover');
      await this.#makeStandby(primary);
    });
  }

  #findPair(primary: Database): Pair | undefined {
    const set = this.options.listSets().find((one) => one.primary === primary);
    if (!set?.standby || this.#behind.has(set.standby)) return undefined;
    return { set, primary, standby: set.standby, servers: this.options.listSets().flatMap(({ servers }) => servers) };
  }

  /** What brings one back that died: of a primary with a standby, that takes over. */
  toKept(database: Database): Server {
    return {
      get process() {
        return database.process;
      },
      get isRestarting() {
        return database.isRestarting;
      },
      restart: () => this.#bringBack(database),
    };
  }

  async #bringBack(database: Database): Promise<void> {
    const pair = this.#findPair(database);
    // One that is restarted on purpose is to come back where it was.
    if (pair && !pair.standby.process.ended && !this.options.isBusy(database)) await this.#takeOver(pair);
    if (this.#behind.has(database)) await this.#rebuild(database);
    else await database.restart();
  }

  async #takeOver(pair: Pair): Promise<void> {
    const { primary, standby } = pair;
    await this.options.whileBusy([primary, standby], async () => {
      this.options.tell(primary, 'Multi-AZ instance failover started.', 'failover');
      const ahead = await takeOver(pair);
      for (const one of ahead) this.options.tell(one, 'It may have been sent more than its new source has.', 'failure');
      // What it had and nobody else has was never acknowledged.
      this.#behind.add(primary);
      this.options.tell(standby, 'Multi-AZ instance failover completed', 'failover');
    });
  }

  async #rebuild(standby: Database): Promise<void> {
    await standby.rebuild(this.options.takeServerId());
    await this.#makeStandby(standby);
  }

  /** Where it fails it has ended, to be built anew by whoever keeps it alive. */
  async #makeStandby(standby: Database): Promise<void> {
    try {
      await standby.follow(this.options.listSets().find((set) => set.standby === standby)?.primary as Database);
    } catch (error) {
      await standby.process.stop('SIGKILL', 0);
      throw error;
    }
    this.#behind.delete(standby);
  }
}
