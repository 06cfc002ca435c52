// A whole fleet on this machine: started in order from a plan, kept alive, stopped in reverse.
import { EventEmitter } from 'node:events';
import { join } from 'node:path';
import { Alarms } from './alarms/alarms';
import type { BlueGreen } from './blue-green';
import { Bucket } from './bucket';
import { Commands } from './commands';
import type { Databases } from './databases';
import { FleetServers } from './fleet-servers';
import { findFreePort, findFreePorts } from './free-port';
import { CloneGroup } from './group';
import { guestNetwork } from './image/emulator';
import { Images } from './images';
import type { Launch, Launcher } from './launch';
import { launchByImage } from './launch-by-image';
import { LaunchTemplates } from './launch-templates';
import { LogGroup } from './log-group';
import { Parts } from './parts';
import type { Address } from './physical';
import type { FleetPlan } from './plan';
import { Processes } from './processes';
import type { Programs } from './programs/provide';
import { Rotations } from './rotations';
import { ListenerRules } from './rules';
import { RunFolder } from './run-folder';
import { SecretStore } from './secret-store';
import { generatePassword } from './secrets';
import type { CacheServer } from './servers/cache-server';
import { launchProcesses } from './servers/clone';
import type { Database } from './servers/database';
import type { LoadBalancer } from './servers/load-balancer';
import { ServiceEvents } from './service-events';
import { makeServerTls, type ServerTls } from './tls/authority';
import { History } from './twin/figures/history';
import type { StoredParameter } from './twin/parameters';
import { Twin } from './twin/twin';
import { watch } from './watch';

export interface FleetOptions {
  readonly plan: FleetPlan;
  readonly programs: Programs;
  /** The packed release that the first clones are started from. */
  readonly archive: string;
  /** Other packed releases that clones may be rolled to. @default - none */
  readonly releasesFolder?: string;
  /** Port of the load balancer; 0 picks a free one. */
  readonly port: number;
  /** Everything this fleet writes goes below this folder; what an earlier one left there is removed. */
  readonly folder: string;
  /** The cloud assembly the plan was read from: it has the functions' code. @default - nothing can be rotated */
  readonly assembly?: string;
  /** How clones come to be. @default - each is a process of this machine */
  readonly launcher?: Launcher;
  /** Where initialised database folders are kept between fleets. */
  readonly pristineFolder: string;
}

export interface FleetEvents {
  /** A part is up: its name, seconds it took, and what it is. */
  started: [part: string, seconds: number, detail: string];
  event: [text: string];
  /** The twin is asked something: by its service and action, and who signed it. */
  call: [action: string, accessKey: string];
  /** Something died that could not be brought back. */
  failed: [error: Error];
}

/** Of every server: mysql2 takes whoever it reaches by an address for `localhost`, the others for that address. */
const hosts = ['localhost', '127.0.0.1', guestNetwork.host];

/** After this a stop is not patient any more. */
const patienceMs = 8000;

export class Fleet extends EventEmitter<FleetEvents> {
  readonly startedAt = new Date();
  /** What RDS and ElastiCache tell of their servers. */
  readonly events = new ServiceEvents();
  /** The access key that may run programs on clones: in a file that only its owner can read. */
  readonly operatorKey = generatePassword(20);
  readonly parameters = new Map<string, StoredParameter>();
  readonly addresses = new Map<string, Address>();
  readonly secrets: SecretStore;
  /** What clones may be launched from. */
  readonly images: Images;
  readonly templates: LaunchTemplates;
  /** What was measured of it. */
  readonly figures = new History(this);
  /** Those of the templates, by what was measured. */
  readonly alarms: Alarms;
  #servers: FleetServers | undefined;
  #group: CloneGroup | undefined;
  #twin: Twin | undefined;
  #rotations: Rotations | undefined;
  #bucket: Bucket | undefined;
  #commands: Commands | undefined;
  #logGroup: LogGroup | undefined;
  #rules: ListenerRules | undefined;
  #folder: RunFolder | undefined;
  #tls: ServerTls | undefined;
  readonly processes = new Processes();
  readonly #parts: Parts;
  #starting: Promise<void> | undefined;
  #stopped: Promise<void> | undefined;

  constructor(readonly options: FleetOptions) {
    super();
    this.secrets = new SecretStore(options.plan.secrets, this.addresses, options.plan.primary);
    this.images = new Images(options.archive, options.releasesFolder);
    this.templates = new LaunchTemplates({
      imageId: this.images.first.id,
      toUserData: (host) => {
        const seen = [...this.addresses].map(([key, { port }]): [string, Address] => [key, { host, port }]);
        return options.plan.toUserData(new Map(seen));
      },
    });
    const onEvent = (text: string): void => void this.emit('event', text);
    this.alarms = new Alarms({ plans: options.plan.alarms, history: this.figures, onEvent });
    this.#parts = new Parts({
      processes: this.processes,
      isStopping: () => this.#stopped !== undefined,
      onStarted: (name, seconds, detail) => this.emit('started', name, seconds, detail),
      onFailed: (error) => this.emit('failed', error),
      onEvent,
    });
  }

  get plan(): FleetPlan {
    return this.options.plan;
  }

  /** Those that are up, in the order of the plan. */
  get caches(): CacheServer[] {
    return this.#servers?.caches ?? [];
  }

  /** Those that are up: the primary, then the replicas in the order of the plan. */
  get databases(): Database[] {
    return this.#servers?.databases.instances ?? [];
  }

  /** What can be done to them. */
  get databaseFleet(): Databases {
    return present(this.#servers).databases;
  }

  /** Copies of them that are to take over. */
  get blueGreen(): BlueGreen {
    return present(this.#servers).blueGreen;
  }

  get loadBalancer(): LoadBalancer {
    return present(this.#servers?.loadBalancer);
  }

  get group(): CloneGroup {
    return present(this.#group);
  }

  /** Whether an alarm is in ALARM. */
  isAlarmed(name: string): boolean {
    return this.alarms.find(name)?.state === 'ALARM';
  }

  get rotations(): Rotations {
    return present(this.#rotations);
  }

  /** Scripts that are run on clones. */
  get commands(): Commands {
    return present(this.#commands);
  }

  /** What clones and operators say. */
  get logGroup(): LogGroup {
    return present(this.#logGroup);
  }

  /** Rules of the listener that people added. */
  get rules(): ListenerRules {
    return present(this.#rules);
  }

  /** Where people's pictures are. */
  get bucket(): Bucket {
    return present(this.#bucket);
  }

  /** Whom to trust that it is a cache or a database of this fleet. */
  get tls(): ServerTls {
    return present(this.#tls);
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
    const { plan, programs, pristineFolder, folder, port } = this.options;
    this.#folder = new RunFolder(folder);
    const servers = [plan.loadBalancer, ...plan.caches, plan.primary, ...plan.replicas];
    const ports = await findFreePorts(servers.length);
    servers.forEach(({ key }, index) => {
      this.addresses.set(key, { host: '127.0.0.1', port: ports[index] as number });
    });
    this.#tls = await makeServerTls(this.#run.of('tls'), hosts);
    if (port !== 0) this.addresses.set(plan.loadBalancer.key, { host: '127.0.0.1', port });
    this.#bucket = new Bucket(plan.pictures.name, this.#run.of('pictures'));
    this.#commands = new Commands({ processes: this.processes, folder: this.#run.of('commands') });
    this.#logGroup = new LogGroup(plan.logGroup, this.#run.logs);
    this.#rules = new ListenerRules(plan.loadBalancer.listenerArn, (rules) => this.loadBalancer.setRules(rules));
    this.#twin = await Twin.start(this);
    this.#rotations = new Rotations({
      plans: plan.rotations,
      assembly: this.options.assembly,
      region: plan.region,
      endpoint: this.endpoint,
      caFile: this.tls.caFile,
      processes: this.processes,
      logFile: this.#run.logOf('rotations'),
      onEvent: (text) => this.emit('event', text),
    });
    const launch = this.#prepareLaunch();
    this.#servers = new FleetServers({
      ...{ plan, programs, pristineFolder, processes: this.processes, run: this.#run, parts: this.#parts },
      ...{ secrets: this.secrets, tls: this.tls, events: this.events, slots: this.#slots },
      portOf: (key) => present(this.addresses.get(key)).port,
      onBalancerBack: async () => await this.#group?.registerAll(),
    });
    await this.#parts.all([...this.#servers.starts(), launch]);
    await this.#startGroup(await launch);
    this.#watch();
  }

  /** Stops everything in reverse order and removes the data. Safe to call at any time, and more than once. */
  stop(): Promise<void> {
    this.#stopped ??= this.#stopAll();
    return this.#stopped;
  }

  async #stopAll(): Promise<void> {
    this.processes.close();
    // Whatever does not end by itself is ended by force in time: a stop takes at most 10 s.
    const force = setTimeout(() => this.processes.endAll(), patienceMs);
    // What is being started must have ended, one way or the other, before it can be said that nothing is left.
    await Promise.allSettled([this.#starting, this.#rotations?.settled()]);
    await Promise.allSettled([this.#servers?.loadBalancer?.stop()]);
    await Promise.allSettled([this.#group?.stop()]);
    await this.#servers?.stopData();
    await this.#parts.settled();
    clearTimeout(force);
    await this.#twin?.stop();
    this.#folder?.removeData();
  }

  #prepareLaunch(): Promise<Launch> {
    const { plan, launcher = launchProcesses } = this.options;
    return launchByImage(this.images, this.templates.default.imageId, ({ id, archive }) =>
      launcher({
        archive,
        region: plan.region,
        processes: this.processes,
        folder: join(this.#run.of('clones'), id),
        endpoint: this.endpoint,
        tls: this.tls,
        toLogFile: (clone) => this.#run.logOf(clone),
        findPort: findFreePort,
        onEvent: (text) => this.emit('event', text),
      }),
    );
  }

  async #startGroup(launch: Launch): Promise<void> {
    const { plan } = this.options;
    const began = Date.now();
    this.#group = new CloneGroup({
      plan: plan.group,
      targetGroup: plan.targetGroup,
      loadBalancer: this.loadBalancer,
      slots: this.#slots,
      template: this.templates.default,
      launch,
    });
    this.#group.on('event', (text) => this.emit('event', text));
    await this.#group.start();
    const seconds = (Date.now() - began) / 1000;
    this.emit('started', 'clones', seconds, `${plan.group.min} of release ${plan.release.slice(0, 12)}`);
  }

  #watch(): void {
    const { stop } = this.processes;
    const onEvent = (text: string): void => void this.emit('event', text);
    this.#parts.keep(watch({ history: this.figures, alarms: this.alarms, stop, onEvent }));
  }

  get #run(): RunFolder {
    return present(this.#folder);
  }

  /** Room for a whole second set of clones beside the largest fleet, those that end included; also of one that was scaled. */
  get #slots(): number {
    return Math.max(this.plan.group.max * 2, 64);
  }
}

function present<T>(value: T | undefined): T {
  if (value === undefined) throw new Error('this part of the fleet is not up yet');
  return value;
}
