// The databases of a fleet, and what can be done to them: sets that come and go, restarts, a replica that goes its own way.
import { DatabaseSet, type DatabaseSetPlan, type Part } from './database-set';
import { findFreePort } from './free-port';
import type { FleetPlan } from './plan';
import type { Processes } from './processes';
import type { Program } from './programs/program';
import type { RunFolder } from './run-folder';
import { generatePassword } from './secrets';
import type { Accounts, Login } from './servers/accounts';
import { Database } from './servers/database';
import type { ServiceEvents } from './service-events';
import { Standbys } from './standbys';
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
  /** Who takes over for the primaries. */
  readonly standbys: Standbys;
  #current: DatabaseSet;
  readonly #others = new Set<DatabaseSet>();
  #made = 0;
  readonly #busy = new Map<Database, DatabaseStatus>();
  /** Those that are being started. */
  readonly #beginning = new Set<DatabaseSet>();
  readonly #work = new Set<Promise<void>>();
  /** The same on all: whoever follows one may have to follow another. */
  readonly #passwords = { overseer: generatePassword(32), replication: generatePassword(32) };

  constructor(private readonly options: DatabasesOptions) {
    const { plan, portOf } = options;
    this.#current = this.#make(plan, async ({ key }) => portOf(key));
    this.standbys = new Standbys({
      listSets: () => this.#sets,
      isBusy: (database) => this.#busy.has(database),
      whileBusy: (databases, work) => this.#whileBusy(databases, 'rebooting', work),
      run: (databases, work) => this.run(databases, 'rebooting', work),
      tell: (database, message, ...categories) => this.#tell(database, message, ...categories),
      takeServerId: () => this.#takeServerIds(),
    });
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

  /** It stops following, for good. */
  promote(replica: Database): void {
    this.run([replica], 'modifying', async () => {
      await replica.promote();
      this.#tell(replica, 'Promoted Read Replica to a stand-alone database instance.', 'read replica');
    });
  }

  /** They are busy while the work goes on; that it fails is told of the first of them. */
  run(databases: readonly Database[], status: DatabaseStatus, work: () => Promise<void>): void {
    const [first] = databases;
    const done = this.#whileBusy(databases, status, async () => {
      await work().catch((error) => first && this.#tell(first, String(error), 'failure'));
    }).finally(() => this.#work.delete(done));
    this.#work.add(done);
  }

  async #whileBusy(databases: readonly Database[], status: DatabaseStatus, work: () => Promise<void>): Promise<void> {
    for (const database of databases) this.#busy.set(database, status);
    try {
      await work();
    } finally {
      for (const database of databases) this.#busy.delete(database);
    }
  }

  async stop(): Promise<void> {
    // Whoever follows goes before whom it follows; others follow the current ones, or nobody.
    await Promise.allSettled([...this.#others].map((set) => set.stop()));
    await Promise.allSettled([this.#current.stop()]);
    await Promise.allSettled(this.#work);
  }
}
