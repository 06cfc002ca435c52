// The databases of a fleet, and what can be done to them: restarts, a standby that takes over, a replica that goes its own way.
import { DatabaseSet, type DatabaseSetPlan, type Part } from './database-set';
import { findFreePort } from './free-port';
import type { Server } from './keep-alive';
import type { FleetPlan } from './plan';
import type { Processes } from './processes';
import type { Program } from './programs/program';
import type { RunFolder } from './run-folder';
import { generatePassword } from './secrets';
import type { Accounts, Login } from './servers/accounts';
import { Database } from './servers/database';
import type { ServiceEvents } from './service-events';
import { handOver, type Pair, takeOver } from './take-over';
import type { ServerTls } from './tls/authority';

export interface DatabasesOptions extends Pick<Accounts, 'users'> {
  readonly plan: Pick<FleetPlan, 'primary' | 'replicas'>;
  readonly program: Program;
  readonly processes: Processes;
  readonly run: RunFolder;
  readonly pristineFolder: string;
  readonly portOf: (key: string) => number;
  readonly master: Login;
  readonly tls?: ServerTls;
  readonly events: ServiceEvents;
}

/** RDS's word. */
export type DatabaseStatus = 'available' | 'creating' | 'rebooting' | 'modifying' | 'failed';

/** Room for the servers of one set: a primary, its standby, and as many replicas as RDS allows. */
const idsPerSet = 32;

export class Databases {
  #current: DatabaseSet;
  readonly #others = new Set<DatabaseSet>();
  #made = 0;
  readonly #busy = new Map<Database, DatabaseStatus>();
  /** Standbys that were primaries and died: they have not all that was written since. */
  readonly #behind = new Set<Database>();
  /** Those that are being started. */
  readonly #beginning = new Set<DatabaseSet>();
  readonly #work = new Set<Promise<void>>();
  /** The same on all: whoever follows one may have to follow another. */
  readonly #passwords = { overseer: generatePassword(32), replication: generatePassword(32) };

  constructor(private readonly options: DatabasesOptions) {
    const { plan, portOf } = options;
    this.#current = this.#make(plan, async ({ key }) => portOf(key));
  }

  /** Those that clones use. */
  get current(): DatabaseSet {
    return this.#current;
  }

  /** Those that RDS lists: the current ones first, the primary before its replicas. */
  get instances(): Database[] {
    return this.#sets.flatMap(({ instances }) => instances);
  }

  get #sets(): DatabaseSet[] {
    return [this.#current, ...this.#others];
  }

  /** Of a primary that has one. */
  standbyOf(primary: Database): Database | undefined {
    return this.#sets.find((set) => set.primary === primary)?.standby;
  }

  /** Whether its standby runs, and has been level with it since it was built. */
  isProtected(primary: Database): boolean {
    const pair = this.#findPair(primary);
    return pair !== undefined && !pair.standby.process.ended;
  }

  find(id: string): Database | undefined {
    return this.instances.find(({ plan }) => plan.id === id);
  }

  statusOf(database: Database): DatabaseStatus {
    const begins = [...this.#beginning].some(({ servers }) => servers.includes(database));
    const busy = this.#busy.get(database) ?? (begins ? 'creating' : undefined);
    return busy ?? (database.process.ended ? 'failed' : 'available');
  }

  /** How each of the first ones is started. */
  starts(): Part[] {
    return this.#current.starts();
  }

  /** Others that follow those of today; they are to be begun. */
  addFollowers(plan: DatabaseSetPlan): DatabaseSet {
    const made = this.#make(plan, findFreePort, this.#current.primary);
    this.#others.add(made);
    this.#beginning.add(made);
    return made;
  }

  /** Starts all of them; when one fails, none is left. */
  async begin(set: DatabaseSet): Promise<void> {
    const started = await Promise.allSettled(set.starts().map(({ start }) => start()));
    this.#beginning.delete(set);
    const failed = started.find((one) => one.status === 'rejected');
    if (!failed) return;
    await this.end(set);
    throw failed.reason;
  }

  /** Ends all of them, with their data; they are not listed any more. */
  async end(set: DatabaseSet): Promise<void> {
    await set.stop();
    this.#others.delete(set);
    for (const database of set.servers) database.removeData();
  }

  /** Clones use these from now on. */
  take(set: DatabaseSet): void {
    this.#others.delete(set);
    this.#others.add(this.#current);
    this.#current = set;
  }

  #make(plan: DatabaseSetPlan, portOf: (database: { key: string }) => Promise<number>, source?: Database): DatabaseSet {
    const { program, processes, run, pristineFolder, plan: first, master, users, tls } = this.options;
    const firstServerId = this.#takeServerIds();
    return new DatabaseSet({
      ...{ plan, firstServerId, portOf, findPort: findFreePort, source },
      launch: async (database, { name, serverId, port }) => {
        const part = `database-${serverId}`;
        return await Database.start({
          ...{ program, processes, pristineFolder, port, database, name, master, users, tls, serverId },
          ...{ logFile: run.logOf(part), folder: run.of(part), socketFolder: run.sockets },
          ...{ databaseName: first.primary.databaseName, passwords: this.#passwords },
        });
      },
    });
  }

  /** @returns the first of so many that nobody had */
  #takeServerIds(): number {
    return 1 + idsPerSet * this.#made++;
  }

  #tell(database: Database, message: string, ...categories: string[]): void {
    this.options.events.add({ source: database.plan.id, type: 'db-instance', message, categories });
  }

  /** Restarts its process; whoever keeps it alive starts it again. Returns at once, as RDS does. */
  reboot(database: Database): void {
    this.run([database], 'rebooting', async () => {
      await database.restartBy(async () => {
        await database.process.stop('SIGTERM', 5000);
        this.#tell(database, 'DB instance shutdown', 'availability');
      });
      this.#tell(database, 'DB instance restarted', 'availability');
    });
  }

  /** The standby takes over the address of the primary. Returns at once, as RDS does. */
  failOver(primary: Database): void {
    const pair = this.#findPair(primary);
    if (!pair) throw new Error(`${primary.plan.id} has no standby that can take over`);
    this.run([primary], 'rebooting', async () => {
      this.#tell(primary, 'Multi-AZ instance failover started.', 'failover');
      await handOver(pair).catch((error: Error) => {
        throw new Error(`Multi-AZ instance failover failed: ${error.message}`);
      });
      this.#behind.add(primary);
      this.#tell(pair.standby, 'DB instance restarted', 'availability');
      this.#tell(pair.standby, 'Multi-AZ instance failover completed', 'failover');
      await this.#makeStandby(primary);
    });
  }

  #findPair(primary: Database): Pair | undefined {
    const set = this.#sets.find((one) => one.primary === primary);
    if (!set?.standby || this.#behind.has(set.standby)) return undefined;
    return { set, primary, standby: set.standby, servers: this.#sets.flatMap(({ servers }) => servers) };
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
    if (pair && !pair.standby.process.ended && !this.#busy.has(database)) await this.#takeOver(pair);
    if (this.#behind.has(database)) await this.#rebuild(database);
    else await database.restart();
  }

  async #takeOver(pair: Pair): Promise<void> {
    const { primary, standby } = pair;
    const both = [primary, standby];
    for (const one of both) this.#busy.set(one, 'rebooting');
    try {
      this.#tell(primary, 'Multi-AZ instance failover started.', 'failover');
      const ahead = await takeOver(pair);
      for (const replica of ahead)
        this.#tell(replica, 'It may have been sent more than its new source has.', 'failure');
      // What it had and nobody else has was never acknowledged.
      this.#behind.add(primary);
      this.#tell(standby, 'Multi-AZ instance failover completed', 'failover');
    } finally {
      for (const one of both) this.#busy.delete(one);
    }
  }

  async #rebuild(standby: Database): Promise<void> {
    await standby.rebuild(this.#takeServerIds());
    await this.#makeStandby(standby);
  }

  /** Where it fails it has ended, to be built anew by whoever keeps it alive. */
  async #makeStandby(standby: Database): Promise<void> {
    try {
      await standby.follow(this.#sets.find((set) => set.standby === standby)?.primary as Database);
    } catch (error) {
      await standby.process.stop('SIGKILL', 0);
      throw error;
    }
    this.#behind.delete(standby);
  }

  /** It stops following, for good. */
  promote(replica: Database): void {
    this.run([replica], 'modifying', async () => {
      await replica.promote();
      this.#tell(replica, 'Promoted Read Replica to a stand-alone database instance.', 'read replica');
    });
  }

  /** They are busy while the work goes on; that it fails is told of the first of them. */
  run(databases: readonly Database[], status: DatabaseStatus, work: () => Promise<void>): void {
    for (const database of databases) this.#busy.set(database, status);
    const done = work()
      .catch((error) => {
        const source = databases[0]?.plan.id ?? '';
        this.options.events.add({ source, type: 'db-instance', message: String(error), categories: ['failure'] });
      })
      .finally(() => {
        for (const database of databases) this.#busy.delete(database);
        this.#work.delete(done);
      });
    this.#work.add(done);
  }

  async stop(): Promise<void> {
    // Whoever follows goes before whom it follows; others follow the current ones, or nobody.
    await Promise.allSettled([...this.#others].map((set) => set.stop()));
    await Promise.allSettled([this.#current.stop()]);
    await Promise.allSettled(this.#work);
  }
}
