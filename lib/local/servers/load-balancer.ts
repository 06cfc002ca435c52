// HAProxy as the load balancer: started from the listener and target group of the template, targets set while it runs.
import { chmodSync, mkdirSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { join } from 'node:path';
import { OperatorError } from '../../config/operator-error';
import type { Address } from '../physical';
import { FleetProcess } from '../process';
import type { Processes } from '../processes';
import type { Program } from '../programs/program';
import type { ListenerRule } from '../rules';
import { type HaproxyOptions, rulesFile, toConfig } from './haproxy-config';
import { type Traffic, TrafficCount, toStatRows, toTraffic } from './traffic';

/** Health of a target as HAProxy's own checks see it. */
export interface TargetState {
  readonly status: 'up' | 'down' | 'out' | 'draining';
  /** Requests under way. */
  readonly requests: number;
  /** Why its last check failed, in HAProxy's words; empty while it passes. */
  readonly reason: string;
  /** The status code its last check got; absent when there was none. */
  readonly code?: number;
}

export interface LoadBalancerOptions extends HaproxyOptions {
  readonly program: Program;
  readonly processes: Processes;
  readonly logFile: string;
  readonly folder: string;
  readonly socketFolder: string;
}

/** A path of a rule, in which `*` and `?` stand for anything, as a regular expression without spaces. */
const toPattern = (path: string): string =>
  `^${path
    .replace(/[.+^${}()|[\]\\]/g, '\\$&')
    .replaceAll('*', '.*')
    .replaceAll('?', '.')}$`;

const slotName = (slot: number): string => `targets/clone${slot}`;

export class LoadBalancer {
  #process: FleetProcess | undefined;
  readonly #traffic = new TrafficCount();

  private constructor(
    readonly address: Address,
    private readonly socket: string,
    private readonly command: readonly string[],
    private readonly folder: string,
    private readonly logFile: string,
    private readonly processes: Processes,
  ) {}

  get process(): FleetProcess {
    return this.#process as FleetProcess;
  }

  static async start(options: LoadBalancerOptions): Promise<LoadBalancer> {
    const { program, folder, port } = options;
    mkdirSync(folder, { recursive: true });
    const socket = join(options.socketFolder, 'haproxy.sock');
    const file = join(folder, 'haproxy.cfg');
    writeFileSync(join(folder, rulesFile), '');
    writeFileSync(file, toConfig(options, socket));
    chmodSync(file, 0o600);
    const command = [...program.command, '-db', '-f', file];
    const balancer = new LoadBalancer(
      { host: '127.0.0.1', port },
      socket,
      command,
      folder,
      options.logFile,
      options.processes,
    );
    await balancer.restart();
    return balancer;
  }

  /** Starts it with no targets. */
  async restart(): Promise<void> {
    this.#process = await FleetProcess.start({
      name: 'load balancer',
      command: this.command,
      cwd: this.folder,
      logFile: this.logFile,
      processes: this.processes,
    });
    try {
      await this.#process.untilHealthy(async () => (await this.tell('show info')).includes('Version'), 10_000);
    } catch (error) {
      await this.#process.stop('SIGKILL', 1000);
      throw error;
    }
  }

  /** Puts a target that has just passed a health check into a slot, and sends it requests. */
  async register(slot: number, address: Address): Promise<void> {
    const name = slotName(slot);
    await this.tell(`set server ${name} addr ${address.host} port ${address.port}`);
    // ELB asks of a new target one passed check, not the threshold of one that was unhealthy.
    await this.tell(`enable health ${name}`);
    await this.tell(`set server ${name} health up`);
    await this.tell(`set server ${name} state ready`);
  }

  /** Sends it nothing new; what is under way goes on. */
  async drain(slot: number): Promise<void> {
    await this.tell(`set server ${slotName(slot)} state drain`);
  }

  async deregister(slot: number): Promise<void> {
    await this.tell(`set server ${slotName(slot)} state maint`);
  }

  /** Answers by these rules from now on, also once it was started anew: at no moment by some of them only. */
  async setRules(rules: readonly ListenerRule[]): Promise<void> {
    const lines = rules.flatMap(({ paths, response }) =>
      paths.map((path) => `${toPattern(path)} ${Buffer.from(response.body).toString('base64')}`),
    );
    writeFileSync(join(this.folder, rulesFile), lines.map((line) => `${line}\n`).join(''));
    const prepared = await this.tell(`prepare map ${rulesFile}`);
    const version = /(\d+)/.exec(prepared)?.[1];
    if (version === undefined) throw new Error(`haproxy prepared no rules: ${prepared.trim()}`);
    for (const line of lines) await this.tell(`add map @${version} ${rulesFile} ${line}`);
    await this.tell(`commit map @${version} ${rulesFile}`);
  }

  /** The state of every slot. */
  async describe(): Promise<Map<number, TargetState>> {
    const rows = toStatRows(await this.tell('show stat targets 4 -1'));
    const states = rows.map((row): [number, TargetState] => {
      const field = (name: string) => row[name] ?? '';
      const status = field('status');
      const code = Number(field('check_code'));
      return [
        Number(field('svname').replace('clone', '')),
        {
          status: status.startsWith('MAINT')
            ? 'out'
            : status.startsWith('DRAIN')
              ? 'draining'
              : status.startsWith('DOWN')
                ? 'down'
                : 'up',
          requests: Number(field('scur')),
          reason: /^L[467]OK$/.test(field('check_status')) ? '' : field('check_status'),
          code: code >= 100 ? code : undefined,
        },
      ];
    });
    return new Map(states);
  }

  /** What it and those before it have counted since the fleet started. */
  async readTraffic(): Promise<Traffic> {
    const { process } = this;
    return this.#traffic.add(process, toTraffic(toStatRows(await this.tell('show stat'))));
  }

  /** Lets requests under way finish for a moment, then ends it. */
  async stop(): Promise<void> {
    await this.process.stop('SIGUSR1', 1000);
  }

  /** One command on HAProxy's admin socket. A command it refuses is a bug of ours. */
  private tell(command: string): Promise<string> {
    return new Promise((resolve, reject) => {
      const socket = connect(this.socket);
      let answer = '';
      socket.setTimeout(5000, () =>
        socket.destroy(new OperatorError('load balancer: its admin socket does not answer')),
      );
      socket.on('error', reject);
      socket.on('data', (chunk) => {
        answer += chunk;
      });
      socket.on('close', () => {
        if (/^(set|add|commit) /.test(command) && /not found|No such|Unknown|failed|Invalid/i.test(answer)) {
          reject(new Error(`haproxy refused '${command}': ${answer.trim()}`));
        } else resolve(answer);
      });
      socket.end(`${command}\n`);
    });
  }
}
