// A whole fleet on this machine: started in order from a plan, kept alive, stopped in reverse.
import { EventEmitter } from 'node:events';
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { findFreePort } from './free-port';
import { CloneGroup } from './group';
import type { Address } from './physical';
import type { FleetPlan } from './plan';
import { Stopped } from './process';
import type { Role } from './programs/catalogue';
import type { Program } from './programs/program';
import { SecretStore } from './secret-store';
import { Cache } from './servers/cache';
import { Database } from './servers/database';
import { LoadBalancer } from './servers/load-balancer';
import { Twin } from './twin/twin';

export interface FleetOptions {
  readonly plan: FleetPlan;
  readonly programs: Record<Role, Program>;
  /** The packed release every clone is started from. */
  readonly archive: string;
  /** Port of the load balancer; 0 picks a free one. */
  readonly port: number;
  /** Everything this fleet writes goes below this folder; what an earlier one left there is removed. */
  readonly folder: string;
  /** Where initialised database folders are kept between fleets. */
  readonly pristineFolder: string;
}

export interface FleetEvents {
  /** A part is up: its name, seconds it took, and what it is. */
  started: [part: string, seconds: number, detail: string];
  event: [text: string];
  change: [];
  /** Something died that could not be brought back. */
  failed: [error: Error];
}

/** After this a stop is not patient any more. */
const patienceMs = 8000;

export class Fleet extends EventEmitter<FleetEvents> {
  readonly startedAt = new Date();
  readonly addresses = new Map<string, Address>();
  readonly secrets: SecretStore;
  caches: Cache[] = [];
  databases: Database[] = [];
  #loadBalancer: LoadBalancer | undefined;
  #group: CloneGroup | undefined;
  #twin: Twin | undefined;
  #socketFolder: string | undefined;
  readonly #stop = new AbortController();
  #starting: Promise<void> | undefined;
  #stopped: Promise<void> | undefined;

  constructor(readonly options: FleetOptions) {
    super();
    this.secrets = new SecretStore(options.plan.secrets, this.addresses, options.plan.primary);
  }

  get plan(): FleetPlan {
    return this.options.plan;
  }

  get loadBalancer(): LoadBalancer {
    return present(this.#loadBalancer);
  }

  get group(): CloneGroup {
    return present(this.#group);
  }

  /** Where AWS's API is answered. */
  get endpoint(): string {
    return present(this.#twin).endpoint;
  }

  get url(): string {
    const { host, port } = this.loadBalancer.address;
    return `http://${host}:${port}`;
  }

  /** Starts everything; when a part fails, stops what was started and throws. */
  async start(): Promise<void> {
    this.#starting = this.#startAll();
    try {
      await this.#starting;
    } catch (error) {
      await this.stop();
      throw error;
    }
  }

  async #startAll(): Promise<void> {
    const { plan, folder, port } = this.options;
    rmSync(folder, { recursive: true, force: true });
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    this.#socketFolder = createSocketFolder(folder);
    const servers = [plan.loadBalancer, ...plan.caches, plan.primary, ...plan.replicas];
    const ports = await findFreePorts(servers.length);
    servers.forEach(({ key }, index) => {
      this.addresses.set(key, { host: '127.0.0.1', port: ports[index] as number });
    });
    if (port !== 0) this.addresses.set(plan.loadBalancer.key, { host: '127.0.0.1', port });
    this.#twin = await Twin.start(this);
    await this.#all([this.#startLoadBalancer(), this.#startCaches(), this.#startDatabases()]);
    await this.#startGroup();
  }

  /** Stops everything in reverse order and removes the data. Safe to call at any time, and more than once. */
  stop(): Promise<void> {
    this.#stopped ??= this.#stopAll();
    return this.#stopped;
  }

  async #stopAll(): Promise<void> {
    this.#stop.abort();
    // Whatever does not end by itself is ended by force in time: a stop takes at most 10 s.
    const force = setTimeout(() => {
      for (const { pid } of this.processes) process.kill(pid, 'SIGKILL');
    }, patienceMs);
    // What is being started must have ended, one way or the other, before it can be said that nothing is left.
    await this.#starting?.catch(() => {});
    await this.#loadBalancer?.stop();
    await this.#group?.stop();
    const replicas = this.databases.filter(({ plan }) => plan.role === 'replica');
    const primaries = this.databases.filter(({ plan }) => plan.role === 'primary');
    const stopDatabases = async () => {
      await Promise.all(replicas.map((replica) => replica.stop()));
      await Promise.all(primaries.map((primary) => primary.stop()));
    };
    await Promise.all([stopDatabases(), ...this.caches.map((cache) => cache.stop())]);
    clearTimeout(force);
    await this.#twin?.stop();
    if (this.#socketFolder) rmSync(this.#socketFolder, { recursive: true, force: true });
  }

  /** Every process of the fleet. */
  get processes(): { name: string; pid: number }[] {
    const clones = [...(this.#group?.instances.values() ?? [])].flatMap(({ clone }) => (clone ? [clone] : []));
    const servers = [...(this.#loadBalancer ? [this.#loadBalancer] : []), ...this.caches, ...this.databases, ...clones];
    return servers
      .filter((server) => !server.process.ended)
      .map((server) => ({ name: server.process.name, pid: server.process.pid }));
  }

  async #startLoadBalancer(): Promise<void> {
    const { plan, programs, folder } = this.options;
    await this.#part('load balancer', programs['load balancer'], async () => {
      this.#loadBalancer = await LoadBalancer.start({
        program: programs['load balancer'],
        stop: this.#stop.signal,
        folder: join(folder, 'load-balancer'),
        socketFolder: this.#socketFolder as string,
        port: this.#portOf(plan.loadBalancer.key),
        loadBalancer: plan.loadBalancer,
        targetGroup: plan.targetGroup,
        slots: this.#slots,
      });
      return this.#loadBalancer;
    });
  }

  async #startCaches(): Promise<void> {
    const { plan, programs, folder } = this.options;
    const starts = plan.caches.map((cache) =>
      this.#part(cache.purpose, programs.cache, async () => {
        const started = await Cache.start({
          program: programs.cache,
          stop: this.#stop.signal,
          folder: join(folder, cache.purpose),
          port: this.#portOf(cache.key),
          cache,
          getPassword: ({ secretArn, key }) => this.secrets.get(secretArn)[key] as string,
        });
        this.caches.push(started);
        return started;
      }),
    );
    await this.#all(starts);
  }

  async #startDatabases(): Promise<void> {
    const { plan, programs, folder, pristineFolder } = this.options;
    const { username, password } = this.secrets.get(plan.primary.secretArn) as { username: string; password: string };
    const start = async (database: (typeof plan.replicas)[number], index: number): Promise<Database> => {
      const started = await Database.start({
        program: programs.database,
        stop: this.#stop.signal,
        folder: join(folder, `database-${index + 1}`),
        socketFolder: this.#socketFolder as string,
        pristineFolder,
        port: this.#portOf(database.key),
        database,
        serverId: index + 1,
        databaseName: plan.primary.databaseName,
        master: { username, password },
      });
      this.databases.push(started);
      return started;
    };
    const primary = this.#part('primary', programs.database, () => start(plan.primary, 0));
    const replicas = plan.replicas.map((replica, index) =>
      this.#part(`replica ${index + 1}`, programs.database, async () => {
        const started = await start(replica, index + 1);
        await started.follow(await primary);
        return started;
      }),
    );
    await this.#all([primary, ...replicas]);
  }

  async #startGroup(): Promise<void> {
    const { plan, folder, archive } = this.options;
    const began = Date.now();
    this.#group = new CloneGroup({
      plan: plan.group,
      targetGroup: plan.targetGroup,
      loadBalancer: this.loadBalancer,
      slots: this.#slots,
      launch: {
        archive,
        stop: this.#stop.signal,
        folder: join(folder, 'clones'),
        env: plan.toCloneEnv(this.addresses),
        endpoint: this.endpoint,
      },
      logFolder: join(folder, 'logs'),
      findPort: findFreePort,
    });
    this.#group.on('event', (text) => this.emit('event', text));
    this.#group.on('change', () => this.emit('change'));
    await this.#group.start();
    const seconds = (Date.now() - began) / 1000;
    this.emit('started', 'clones', seconds, `${plan.group.min} of release ${plan.release.slice(0, 12)}`);
  }

  /** Waits for all; the first failure stops the others, and is told once they have ended. */
  async #all(works: readonly Promise<unknown>[]): Promise<void> {
    try {
      await Promise.all(works);
    } catch (error) {
      this.#stop.abort();
      await Promise.allSettled(works);
      throw error;
    }
  }

  /** Starts one server, reports it, and from then on brings it back when it dies. */
  async #part<T extends Server>(name: string, program: Program, start: () => Promise<T>): Promise<T> {
    const began = Date.now();
    const server = await start();
    if (this.#stopped) {
      await server.stop();
      throw new Stopped();
    }
    this.emit('started', name, (Date.now() - began) / 1000, `${program.flavour} ${program.version}`);
    this.#keepAlive(name, server);
    return server;
  }

  #keepAlive(name: string, server: Server): void {
    server.process.exited.then(async (how) => {
      if (this.#stopped) return;
      this.emit('event', `${name} died (${how}); it is started again`);
      try {
        await server.restart();
        if (this.#stopped) return await server.stop();
        if (name === 'load balancer') await this.#group?.registerAll();
        this.emit('event', `${name} is back`);
        this.emit('change');
        this.#keepAlive(name, server);
      } catch (error) {
        if (!this.#stopped) this.emit('failed', error as Error);
      }
    });
  }

  /** Room for a whole second set of clones beside the largest fleet, those that end included. */
  get #slots(): number {
    return this.plan.group.max * 2;
  }

  #portOf(key: string): number {
    return present(this.addresses.get(key)).port;
  }
}

/** Names of Unix sockets are at most 107 bytes, so below a long path they live elsewhere. */
function createSocketFolder(home: string): string {
  if (Buffer.byteLength(home) > 80) return mkdtempSync(join(tmpdir(), 'clonekit-'));
  const folder = join(home, 'sockets');
  mkdirSync(folder);
  return folder;
}

/** What the fleet needs of any server it keeps alive. */
interface Server {
  readonly process: { readonly exited: Promise<string> };
  /** Starts it again where it was, with the data it had. */
  restart(): Promise<void>;
  stop(): Promise<void>;
}

function present<T>(value: T | undefined): T {
  if (value === undefined) throw new Error('this part of the fleet is not up yet');
  return value;
}

async function findFreePorts(count: number): Promise<number[]> {
  const ports = new Set<number>();
  while (ports.size < count) ports.add(await findFreePort());
  return [...ports];
}
