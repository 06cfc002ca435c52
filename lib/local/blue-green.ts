// Blue/green deployments: a copy of the databases follows them, until it takes their names and addresses.
import { randomInt } from 'node:crypto';
import type { DatabaseSet } from './database-set';
import type { Databases } from './databases';
import type { DatabasePlan } from './plan/database';
import type { Database } from './servers/database';
import { type Move, moveInto } from './servers/database-move';
import type { ServiceEvents } from './service-events';

/** @see https://docs.aws.amazon.com/AmazonRDS/latest/APIReference/API_BlueGreenDeployment.html */
export type DeploymentStatus =
  | 'PROVISIONING'
  | 'AVAILABLE'
  | 'SWITCHOVER_IN_PROGRESS'
  | 'SWITCHOVER_COMPLETED'
  | 'SWITCHOVER_FAILED'
  | 'INVALID_CONFIGURATION'
  | 'DELETING';

export interface Deployment {
  readonly id: string;
  readonly name: string;
  readonly createdAt: Date;
  /** What clones used when it was made, and those of its replicas that are copied. */
  readonly blue: DatabaseSet;
  readonly replicas: readonly Database[];
  readonly green: DatabaseSet;
  status: DeploymentStatus;
  details?: string;
}

export interface BlueGreenOptions {
  readonly databases: Databases;
  readonly events: ServiceEvents;
  /** Brings a database back when it dies. @returns a function to call before it is stopped for good */
  readonly keep: (database: Database) => () => void;
}

/** What the copies are made with; the rest is as it was. */
export type GreenChange = Partial<Pick<DatabasePlan, 'instanceClass'>>;

const letters = 'abcdefghijklmnopqrstuvwxyz0123456789';
const makeSuffix = (length: number): string =>
  Array.from({ length }, () => letters[randomInt(letters.length)]).join('');

type Pair = readonly [blue: Database, green: Database];

/** Each of the blue ones with the green one that is to take its place, as far as that is there. */
export const toPairs = ({ blue, replicas, green }: Deployment): Pair[] =>
  [blue.primary, ...replicas].flatMap((database, index) => {
    const other = [green.primary, ...green.replicas][index];
    return database && other ? [[database, other] as const] : [];
  });

const listFollowers = ({ servers, primary }: DatabaseSet): Database[] =>
  servers.filter((database) => database !== primary && database.plan.role === 'replica');

export class BlueGreen {
  readonly #deployments = new Map<string, Deployment>();
  readonly #release = new Map<Database, () => void>();

  constructor(private readonly options: BlueGreenOptions) {}

  /** Those that were not deleted, the oldest first. */
  get deployments(): Deployment[] {
    return [...this.#deployments.values()];
  }

  /** Copies that follow; it returns at once, as RDS does. */
  create(name: string, { instanceClass }: GreenChange): Deployment {
    const { databases, keep } = this.options;
    const { current } = databases;
    const suffix = makeSuffix(6);
    const toCopy = ({ plan }: Database): DatabasePlan => ({
      ...{ ...plan, id: `${plan.id}-green-${suffix}`, role: 'replica' },
      instanceClass: instanceClass ?? plan.instanceClass,
    });
    // One that was promoted goes its own way.
    const replicas = current.instances.filter(({ plan }) => plan.role === 'replica');
    const green = databases.addFollowers({
      primary: toCopy(current.primary as Database),
      replicas: replicas.map(toCopy),
    });
    const deployment: Deployment = {
      ...{ id: `bgd-${makeSuffix(16)}`, name, createdAt: new Date(), blue: current, replicas, green },
      status: 'PROVISIONING',
    };
    this.#deployments.set(deployment.id, deployment);
    databases.run([], 'creating', async () => {
      try {
        await databases.begin(green);
        for (const database of green.servers) this.#release.set(database, keep(database));
        deployment.status = 'AVAILABLE';
        this.#tell(deployment, 'Blue/green deployment tasks completed.', 'creation');
      } catch (error) {
        this.#fail(deployment, 'INVALID_CONFIGURATION', error);
      }
    });
    return deployment;
  }

  /** Writes wait while the copies catch up and take over; where they cannot, all goes on as it was. */
  switchOver(deployment: Deployment): void {
    const { databases } = this.options;
    deployment.status = 'SWITCHOVER_IN_PROGRESS';
    deployment.details = undefined;
    const pairs = toPairs(deployment);
    const [[blue, green]] = pairs as [Pair];
    this.#tell(deployment, `Switchover from ${blue.plan.id} to ${green.plan.id} started.`, 'notification');
    databases.run(pairs.flat(), 'modifying', async () => {
      try {
        await this.#hand(deployment);
        // At the address that they follow the green primary will answer.
        await Promise.all(listFollowers(deployment.blue).map((database) => database.unfollow()));
        await this.#rename(pairs);
        databases.take(deployment.green);
        await this.#reconnect(deployment);
        deployment.status = 'SWITCHOVER_COMPLETED';
        this.#tell(deployment, `Switchover to ${green.plan.id} completed.`, 'notification');
      } catch (error) {
        this.#fail(deployment, 'SWITCHOVER_FAILED', error);
      }
    });
  }

  /** The blue ones take no more writes, and the green ones do once they have all of them. */
  async #hand({ blue, green }: Deployment): Promise<void> {
    const primary = blue.primary as Database;
    const position = await primary.replication.stopWrites();
    try {
      await Promise.all(green.servers.map((database) => database.replication.catchUp(position)));
      await (green.primary as Database).promote();
    } catch (error) {
      await primary.replication.takeWrites();
      throw error;
    }
  }

  /** Each green one gets the name and the address of its blue one, which is `-old1` from then on. */
  async #rename(pairs: readonly Pair[]): Promise<void> {
    const coming = pairs.map(([{ identity }, database]): Move => {
      const { id, name, port } = identity;
      return { database, to: { id, name, port }, by: 'SIGTERM' };
    });
    const leaving = pairs.map(([database]): Move => {
      const id = this.#toOldId(database.plan.id);
      return { database, to: { id, name: id }, by: 'SIGTERM' };
    });
    await moveInto(leaving, coming);
  }

  #toOldId(id: string): string {
    for (let number = 1; ; number++) {
      const old = `${id}-old${number}`;
      if (!this.options.databases.find(old)) return old;
    }
  }

  /** Their addresses are others now; the old primary goes on without writes, until it is rebooted. */
  async #reconnect({ blue, green }: Deployment): Promise<void> {
    await (blue.primary as Database).replication.stopWrites();
    const followers = [blue, green].flatMap((set) =>
      listFollowers(set).map((database) => database.follow(set.primary as Database)),
    );
    await Promise.all(followers);
  }

  /** @param withGreen also ends the copies, which were not switched to */
  delete(deployment: Deployment, withGreen: boolean): void {
    const { databases } = this.options;
    deployment.status = 'DELETING';
    databases.run([], 'modifying', async () => {
      if (withGreen) {
        for (const database of deployment.green.servers) this.#release.get(database)?.();
        await databases.end(deployment.green);
      }
      this.#deployments.delete(deployment.id);
      this.#tell(deployment, 'Blue/green deployment deleted.', 'deletion');
    });
  }

  #fail(deployment: Deployment, status: DeploymentStatus, error: unknown): void {
    deployment.status = status;
    deployment.details = (error as Error).message;
    this.#tell(deployment, `Blue/green deployment failed: ${deployment.details}`, 'failure');
  }

  #tell({ id }: Deployment, message: string, ...categories: string[]): void {
    this.options.events.add({ source: id, type: 'blue-green-deployment', message, categories });
  }
}
