// Memcached as a cache of objects: its memory bound and what it refuses are the template's.
import { mkdirSync } from 'node:fs';
import { connect } from 'node:net';
import { relative } from 'node:path';
import { connect as connectByTls } from 'node:tls';
import { OperatorError } from '../../config/operator-error';
import type { Address } from '../physical';
import type { MemcachedPlan } from '../plan/cache';
import { FleetProcess } from '../process';
import type { Program } from '../programs/program';
import type { ServerTls } from '../tls/authority';
import type { CacheNode, CacheServer, CacheServerOptions } from './cache-server';

export class Memcached implements CacheServer, CacheNode {
  readonly role = undefined;
  readonly address: Address;
  #process: FleetProcess | undefined;

  private constructor(private readonly options: CacheServerOptions<MemcachedPlan>) {
    this.address = { host: '127.0.0.1', port: options.port };
  }

  static async start(options: CacheServerOptions<MemcachedPlan>): Promise<Memcached> {
    mkdirSync(options.folder, { recursive: true });
    const server = new Memcached(options);
    await server.restart();
    return server;
  }

  get plan(): MemcachedPlan {
    return this.options.cache;
  }

  get id(): string {
    return this.plan.id;
  }

  get name(): string {
    return this.plan.purpose;
  }

  get nodes(): CacheNode[] {
    return [this];
  }

  get program(): Program {
    return this.options.program;
  }

  get isEncrypted(): boolean {
    return this.options.tls !== undefined;
  }

  get process(): FleetProcess {
    return this.#process as FleetProcess;
  }

  /** Starts it, empty. */
  async restart(): Promise<void> {
    const { program, folder, logFile, processes, cache } = this.options;
    this.#process = await FleetProcess.start({
      name: cache.purpose,
      command: [...program.command, ...toArguments(this.options)],
      cwd: folder,
      logFile,
      processes,
    });
    try {
      await this.process.untilHealthy(async () => (await this.#ask('version')).has('VERSION'), 10_000);
    } catch (error) {
      await this.stop();
      throw error;
    }
  }

  async measure(metric: string): Promise<number | undefined> {
    const field = figures[metric];
    return field === undefined ? undefined : Number((await this.#ask('stats')).get(`STAT ${field}`) ?? Number.NaN);
  }

  async readParameters(): Promise<Readonly<Record<string, string>>> {
    const settings = await this.#ask('stats settings');
    const told = Object.entries(parameters).flatMap(([name, { read }]) => read(settings).map((value) => [name, value]));
    return { ...this.plan.parameters, ...Object.fromEntries(told) };
  }

  async stop(): Promise<void> {
    await this.process.stop('SIGTERM', 3000);
  }

  /** One command of the text protocol: what it answers, the last word of each line by the words before it. */
  async #ask(command: string): Promise<ReadonlyMap<string, string>> {
    const text = await exchange(this.address, this.options.tls, command);
    return new Map(
      text.split('\r\n').map((line): [string, string] => {
        const last = line.lastIndexOf(' ');
        return [line.slice(0, last), line.slice(last + 1)];
      }),
    );
  }
}

/** Figures of CloudWatch → of `stats`. */
const figures: Readonly<Record<string, string>> = {
  BytesUsedForCacheItems: 'bytes',
  Evictions: 'evictions',
  CurrConnections: 'curr_connections',
};

interface Parameter {
  /** Arguments that a value comes to. */
  readonly toArguments: (value: string) => readonly string[];
  /** The value as the running server tells it; empty where it does not. */
  readonly read: (settings: ReadonlyMap<string, string>) => readonly string[];
}

const toSwitch = (argument: string, setting: string, on: string): Parameter => ({
  toArguments: (value) => (value === '1' ? [argument] : []),
  read: (settings) => [settings.get(`STAT ${setting}`) === on ? '1' : '0'],
});

/** Of ElastiCache's parameters, those that this machine can follow. */
const parameters: Readonly<Record<string, Parameter>> = {
  // In the memory that is left for objects.
  memcached_connections_overhead: { toArguments: () => [], read: () => [] },
  disable_flush_all: toSwitch('--disable-flush-all', 'flush_enabled', 'no'),
  error_on_memory_exhausted: toSwitch('--disable-evictions', 'evictions', 'off'),
  max_item_size: {
    toArguments: (value) => [`--max-item-size=${value}`],
    read: (settings) => [settings.get('STAT item_size_max') ?? ''],
  },
};

/** Of paths that a comma could be in, only what is behind their common folder. */
const toTlsArguments = ({ tls, folder }: CacheServerOptions<MemcachedPlan>): string[] =>
  tls
    ? [
        '--enable-ssl',
        `--extended=ssl_chain_cert=${relative(folder, tls.certificateFile)},ssl_key=${relative(folder, tls.keyFile)}`,
      ]
    : [];

function toArguments(options: CacheServerOptions<MemcachedPlan>): string[] {
  const { cache, port } = options;
  const fromTemplate = Object.entries(cache.parameters).flatMap(([name, value]) => {
    const parameter = parameters[name];
    if (parameter) return parameter.toArguments(value);
    const rule = `must be one that this machine can follow: ${Object.keys(parameters).join(', ')}`;
    throw new OperatorError(`${cache.key}: a parameter of Memcached ${rule}, got: ${name}`);
  });
  return [
    ...['--listen=127.0.0.1', `--port=${port}`, '--udp-port=0'],
    `--memory-limit=${Math.floor(cache.maxMemoryBytes / 2 ** 20)}`,
    // It would not run as root unless it is told to.
    ...(process.getuid?.() === 0 ? ['--user=root'] : []),
    ...toTlsArguments(options),
    ...fromTemplate,
  ];
}

/** How every answer to what is asked here ends. */
const isWhole = (text: string): boolean => /^(?:VERSION .*|END|ERROR.*)\r\n$/m.test(text);

const exchange = ({ host, port }: Address, tls: ServerTls | undefined, command: string): Promise<string> =>
  new Promise((resolve, reject) => {
    const where = { host, port, timeout: 2000 };
    const socket = tls ? connectByTls({ ...where, ca: tls.ca }) : connect(where);
    let text = '';
    socket.setEncoding('utf8');
    socket.once('timeout', () => socket.destroy(new Error('Memcached did not answer in time.')));
    socket.once('error', reject);
    socket.once('close', () => reject(new Error('Memcached closed the connection.')));
    socket.on('data', (chunk) => {
      text += chunk;
      if (!isWhole(text)) return;
      resolve(text);
      socket.destroy();
    });
    socket.write(`${command}\r\n`);
  });
