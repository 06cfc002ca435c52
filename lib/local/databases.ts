// The databases of a fleet: a primary, its standby where the template has one, and replicas; and who takes over from whom.
import { findFreePort } from './free-port';
import type { FleetPlan } from './plan';
import type { DatabasePlan } from './plan/database';
import type { Processes } from './processes';
import type { Program } from './programs/program';
import type { RunFolder } from './run-folder';
import { generatePassword } from './secrets';
import type { Accounts, Login } from './servers/accounts';
import { Database } from './servers/database';
import type { ServiceEvents } from './service-events';
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
export type DatabaseStatus = 'available' | 'rebooting' | 'modifying' | 'failed';

interface Part {
  readonly name: string;
  readonly start: () => Promise<Database>;
}

export class Databases {
  #primary: Database | undefined;
  #standby: Database | undefined;
  readonly #replicas: (Database | undefined)[] = [];
  readonly #busy = new Map<string, DatabaseStatus>();
  /** The same on all: whoever follows one may have to follow another. */
  readonly #passwords = { overseer: generatePassword(32), replication: generatePassword(32) };

  constructor(private readonly options: DatabasesOptions) {}

  /** Those that RDS lists: the primary, then the others in the order of the plan. A standby is none of its own. */
  get instances(): Database[] {
    return [this.#primary, ...this.#replicas].filter((database) => database !== undefined);
  }

  get hasStandby(): boolean {
    return this.#standby !== undefined;
  }

  find(id: string): Database | undefined {
    return this.instances.find(({ plan }) => plan.id === id);
  }

  statusOf(database: Database): DatabaseStatus {
    return this.#busy.get(database.plan.id) ?? (database.process.ended ? 'failed' : 'available');
  }

  /** How each is started; all at once, whoever follows waits for the primary. */
  starts(): Part[] {
    const { primary, replicas } = this.options.plan;
    let isUp: (database: Database) => void = () => {};
    let failed: (error: unknown) => void = () => {};
    const source = new Promise<Database>((resolve, reject) => {
      isUp = resolve;
      failed = reject;
    });
    source.catch(() => {});
    /** @param keep remembers it before it follows: whoever stops the fleet meanwhile must find it */
    const follower = async (
      plan: DatabasePlan,
      index: number,
      name: string,
      port: number,
      keep: (database: Database) => void,
    ): Promise<Database> => {
      const started = await this.#start(plan, index, name, port);
      keep(started);
      await started.follow(await source);
      return started;
    };
    return [
      {
        name: 'primary',
        start: async () => {
          try {
            this.#primary = await this.#start(primary, 0, 'primary', this.options.portOf(primary.key));
            isUp(this.#primary);
            return this.#primary;
          } catch (error) {
            failed(error);
            throw error;
          }
        },
      },
      ...(primary.multiAz
        ? [
            {
              name: 'standby',
              start: async () =>
                await follower({ ...primary, role: 'replica' }, 1, 'standby', await findFreePort(), (database) => {
                  this.#standby = database;
                }),
            },
          ]
        : []),
      ...replicas.map((replica, index) => ({
        name: `replica ${index + 1}`,
        start: () =>
          follower(replica, index + 2, replica.id, this.options.portOf(replica.key), (database) => {
            this.#replicas[index] = database;
          }),
      })),
    ];
  }

  #start(database: DatabasePlan, index: number, name: string, port: number): Promise<Database> {
    const { program, processes, run, pristineFolder, plan, master, users, tls } = this.options;
    const part = `database-${index + 1}`;
    return Database.start({
      ...{ program, processes, pristineFolder, port, database, name, master, users, tls },
      ...{ logFile: run.logOf(part), folder: run.of(part), socketFolder: run.sockets, serverId: index + 1 },
      ...{ databaseName: plan.primary.databaseName, passwords: this.#passwords },
    });
  }

  #tell(database: Database, message: string, ...categories: string[]): void {
    this.options.events.add({ source: database.plan.id, type: 'db-instance', message, categories });
  }

  /** Restarts its process; whoever keeps it alive starts it again. Returns at once, as RDS does. */
  reboot(database: Database): void {
    this.#do(database, 'rebooting', async () => {
      this.#tell(database, 'DB instance shutdown', 'availability');
      await database.restartBy(() => database.process.stop('SIGTERM', 5000));
      this.#tell(database, 'DB instance restarted', 'availability');
    });
  }

  /**
   * The standby takes over the address of the primary. RDS has every acknowledged write on both disks at any time; here the
   * primary takes no more of them, and the standby gets what it has, before it is ended by force.
   */
  failOver(): void {
    const [primary, standby] = [this.#primary as Database, this.#standby as Database];
    this.#do(primary, 'rebooting', async () => {
      this.#tell(primary, 'Multi-AZ instance failover started.', 'failover');
      try {
        await standby.catchUp(await primary.stopWrites());
        await standby.promote();
      } catch (error) {
        // Nobody has taken over: it goes on as it was.
        await primary.takeWrites();
        throw error;
      }
      const { port } = primary.address;
      await Promise.all([
        primary.restartBy(async () => {
          primary.become('replica', standby.address.port);
          await primary.process.stop('SIGKILL', 1000);
        }),
        standby.restartBy(async () => {
          standby.become('primary', port);
          await standby.process.stop('SIGTERM', 5000);
        }),
      ]);
      this.#primary = standby;
      this.#standby = primary;
      await primary.follow(standby);
      this.#tell(standby, 'DB instance restarted', 'availability');
      this.#tell(standby, 'Multi-AZ instance failover completed', 'failover');
    });
  }

  /** It stops following, for good. */
  promote(replica: Database): void {
    this.#do(replica, 'modifying', async () => {
      this.#tell(replica, 'Promoted Read Replica to a stand-alone database instance.', 'read replica');
      await replica.promote();
    });
  }

  readonly #work = new Set<Promise<void>>();

  #do({ plan }: Database, status: DatabaseStatus, work: () => Promise<void>): void {
    this.#busy.set(plan.id, status);
    const done = work()
      .catch((error) =>
        this.options.events.add({
          source: plan.id,
          type: 'db-instance',
          message: String(error),
          categories: ['failure'],
        }),
      )
      .finally(() => {
        this.#busy.delete(plan.id);
        this.#work.delete(done);
      });
    this.#work.add(done);
  }

  async stop(): Promise<void> {
    const followers = [...this.#replicas, this.#standby].filter((database) => database !== undefined);
    await Promise.allSettled(followers.map((database) => database.stop()));
    await Promise.allSettled([this.#primary?.stop()]);
    await Promise.allSettled(this.#work);
  }
}
