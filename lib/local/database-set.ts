// Databases that belong together: a primary, its standby where it has one, and the replicas that follow it.
import type { DatabasePlan } from './plan/database';
import type { Database } from './servers/database';

/** What there is to be. */
export interface DatabaseSetPlan {
  readonly primary: DatabasePlan;
  readonly replicas: readonly DatabasePlan[];
}

/** Which server one of them is. */
export interface DatabasePlace {
  /** What people call it. */
  readonly name: string;
  /** Unique within the fleet, from 1. */
  readonly serverId: number;
  readonly port: number;
}

export interface DatabaseSetOptions {
  readonly plan: DatabaseSetPlan;
  /** The first of its server ids. */
  readonly firstServerId: number;
  readonly launch: (plan: DatabasePlan, place: DatabasePlace) => Promise<Database>;
  /** Of one that people know by an address. */
  readonly portOf: (plan: DatabasePlan) => Promise<number>;
  /** A port that nobody has to know. */
  readonly findPort: () => Promise<number>;
  /** Whom the primary itself follows. @default - nobody */
  readonly source?: Database;
}

export interface Part {
  readonly name: string;
  readonly start: () => Promise<Database>;
}

export class DatabaseSet {
  primary: Database | undefined;
  standby: Database | undefined;
  readonly replicas: (Database | undefined)[] = [];

  constructor(private readonly options: DatabaseSetOptions) {}

  /** Those that RDS lists: the primary, then the others in the order of the plan. A standby is none of its own. */
  get instances(): Database[] {
    return [this.primary, ...this.replicas].filter((database) => database !== undefined);
  }

  /** All that run; those that follow come first. */
  get servers(): Database[] {
    return [...this.replicas, this.standby, this.primary].filter((database) => database !== undefined);
  }

  /** How each is started; all at once, whoever follows waits for the primary. */
  starts(): Part[] {
    const { plan, firstServerId, launch, portOf, findPort, source } = this.options;
    const { primary, replicas } = plan;
    let isUp: (database: Database) => void = () => {};
    let failed: (error: unknown) => void = () => {};
    const leader = new Promise<Database>((resolve, reject) => {
      isUp = resolve;
      failed = reject;
    });
    leader.catch(() => {});
    /** Is remembered before it follows: whoever stops the fleet meanwhile must find it. */
    const follow = async (started: Database, keep: (database: Database) => void): Promise<Database> => {
      keep(started);
      await started.follow(await leader);
      return started;
    };
    const standbys = primary.multiAz ? [{ ...primary, role: 'replica' as const }] : [];
    return [
      {
        name: 'primary',
        start: async () => {
          try {
            const name = primary.role === 'primary' ? 'primary' : primary.id;
            this.primary = await launch(primary, { name, serverId: firstServerId, port: await portOf(primary) });
            if (source) await this.primary.follow(source);
            isUp(this.primary);
            return this.primary;
          } catch (error) {
            failed(error);
            throw error;
          }
        },
      },
      ...standbys.map((standby) => ({
        name: 'standby',
        start: async () =>
          await follow(
            await launch(standby, { name: 'standby', serverId: firstServerId + 1, port: await findPort() }),
            (database) => {
              this.standby = database;
            },
          ),
      })),
      ...replicas.map((replica, index) => ({
        name: `replica ${index + 1}`,
        start: async () =>
          await follow(
            await launch(replica, {
              ...{ name: replica.id, serverId: firstServerId + 2 + index, port: await portOf(replica) },
            }),
            (database) => {
              this.replicas[index] = database;
            },
          ),
      })),
    ];
  }

  /** The standby is the primary from now on, and the other way round. */
  swap(): void {
    [this.primary, this.standby] = [this.standby, this.primary];
  }

  /** Ends all, those that follow first. */
  async stop(): Promise<void> {
    const followers = this.servers.filter((database) => database !== this.primary);
    await Promise.allSettled(followers.map((database) => database.stop()));
    await this.primary?.stop();
  }
}
