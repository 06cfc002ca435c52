// The servers of a fleet that are no clones: load balancer, caches and databases, started from the plan and kept alive.
import { BlueGreen } from './blue-green';
import { Databases } from './databases';
import type { Parts } from './parts';
import type { FleetPlan } from './plan';
import type { Processes } from './processes';
import type { Programs } from './programs/provide';
import type { RunFolder } from './run-folder';
import type { SecretStore } from './secret-store';
import type { Login } from './servers/accounts';
import type { CacheServer } from './servers/cache-server';
import { roleOf, startCache } from './servers/caches';
import { LoadBalancer } from './servers/load-balancer';
import type { ServiceEvents } from './service-events';
import type { ServerTls } from './tls/authority';

export interface FleetServersOptions {
  readonly plan: FleetPlan;
  readonly programs: Programs;
  readonly pristineFolder: string;
  readonly processes: Processes;
  readonly run: RunFolder;
  readonly parts: Parts;
  readonly portOf: (key: string) => number;
  readonly secrets: SecretStore;
  readonly tls: ServerTls;
  readonly events: ServiceEvents;
  /** How many clones the load balancer has room for. */
  readonly slots: number;
  /** The load balancer was started anew, and knows no clones. */
  readonly onBalancerBack: () => Promise<void>;
}

export class FleetServers {
  loadBalancer: LoadBalancer | undefined;
  readonly databases: Databases;
  readonly blueGreen: BlueGreen;
  readonly #caches: (CacheServer | undefined)[] = [];

  constructor(private readonly options: FleetServersOptions) {
    const { plan, programs, processes, run, pristineFolder, portOf, tls, events, parts } = options;
    this.databases = new Databases({
      ...{ plan, program: programs.database, processes, run, pristineFolder, portOf, tls, events },
      master: this.#toLogin(plan.primary.secretArn),
      users: plan.databaseUsers.map(({ secretArn, privileges }) => ({ ...this.#toLogin(secretArn), privileges })),
    });
    const { databases } = this;
    this.blueGreen = new BlueGreen({
      ...{ databases, events },
      keep: (database) => parts.keepServer({ name: () => database.name, server: databases.standbys.toKept(database) }),
    });
  }

  #toLogin(secretArn: string): Login {
    const { username, password } = this.options.secrets.get(secretArn);
    return { username: String(username), password: String(password) };
  }

  /** Those that are up, in the order of the plan. */
  get caches(): CacheServer[] {
    return this.#caches.filter((cache) => cache !== undefined);
  }

  /** How all are started, at once. */
  starts(): Promise<unknown>[] {
    return [this.#startLoadBalancer(), ...this.#startCaches(), ...this.#startDatabases()];
  }

  async #startLoadBalancer(): Promise<void> {
    const { plan, programs, processes, run, parts, portOf, slots, onBalancerBack } = this.options;
    const name = 'load balancer';
    await parts.start(
      name,
      programs[name],
      async () => {
        this.loadBalancer = await LoadBalancer.start({
          ...{ program: programs[name], processes, loadBalancer: plan.loadBalancer, targetGroup: plan.targetGroup },
          ...{ logFile: run.logOf('load-balancer'), folder: run.of('load-balancer'), socketFolder: run.sockets },
          ...{ port: portOf(plan.loadBalancer.key), slots },
        });
        return this.loadBalancer;
      },
      (server) => [{ name: () => name, server, onBack: onBalancerBack }],
    );
  }

  #startCaches(): Promise<unknown>[] {
    const { plan, programs, processes, run, parts, portOf, secrets, tls } = this.options;
    return plan.caches.map((cache, index) => {
      const { purpose, key } = cache;
      const program = programs[roleOf(cache)];
      if (!program) throw new Error(`no program for ${purpose}`);
      return parts.start(
        purpose,
        program,
        async () => {
          const started = await startCache({
            ...{ program, processes, logFile: run.logOf(purpose), folder: run.of(purpose), port: portOf(key), cache },
            tls: cache.tls ? tls : undefined,
            getPassword: (reference) => secrets.get(reference.secretArn)[reference.key] as string,
          });
          this.#caches[index] = started;
          return started;
        },
        ({ nodes }) => nodes.map((server) => ({ name: () => server.name, server })),
      );
    });
  }

  #startDatabases(): Promise<unknown>[] {
    const { programs, parts } = this.options;
    return this.databases
      .starts()
      .map(({ name, start }) =>
        parts.start(name, programs.database, start, (database) => [
          { name: () => database.name, server: this.databases.standbys.toKept(database) },
        ]),
      );
  }

  /** Once nobody asks them any more. */
  async stopData(): Promise<void> {
    await Promise.allSettled([this.databases.stop(), ...this.caches.map((cache) => cache.stop())]);
  }
}
