// One clone as a machine of its own: booted from the image in QEMU, told who it is as EC2 tells it.
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { listChanges } from '../image/changes';
import type { DiskImage } from '../image/disk';
import { type Accelerator, guestNetwork, makeDisk, pressPowerButton, toCommand } from '../image/emulator';
import { type MachineFacts, MetadataService } from '../image/metadata';
import type { LaunchedClone } from '../instance';
import type { Address } from '../physical';
import { FleetProcess } from '../process';
import type { Processes } from '../processes';

/** How a machine that was powered off left its disk. */
export interface PoweredOff {
  readonly id: string;
  /** Paths that the image does not hold like this; see `listChanges`. */
  readonly changes: readonly string[];
}

export interface MachineOptions {
  readonly image: DiskImage;
  readonly accelerator: Accelerator;
  readonly processes: Processes;
  /** Made for this machine, and removed with it. */
  readonly folder: string;
  /** Gets all that the machine says at its console: its journal, and what the system says. */
  readonly logFile: string;
  readonly findPort: () => Promise<number>;
  /** Where its app listens, inside. */
  readonly appPort: number;
  readonly facts: Omit<MachineFacts, 'mac' | 'address'>;
  /** Called once it was powered off and its disk was looked at; never when it was cut off. */
  readonly onOff?: (off: PoweredOff) => void;
}

/** The longest name a Unix socket can have is 107 bytes. */
const maxMonitorBytes = 100;

export class Machine implements LaunchedClone {
  #removed: Promise<void> | undefined;
  #isCut = false;

  private constructor(
    private readonly options: MachineOptions,
    private readonly process: FleetProcess,
    private readonly metadata: MetadataService,
    private readonly monitor: string,
    readonly address: Address,
  ) {}

  /** Switches it on; it takes most of a minute to answer. */
  static async start(options: MachineOptions): Promise<Machine> {
    const { image, folder, facts, processes, logFile } = options;
    mkdirSync(folder, { recursive: true });
    const disk = toDisk(options);
    await makeDisk(image, disk);
    const { guest, mac } = guestNetwork;
    const metadata = await MetadataService.start({ ...facts, mac, address: guest });
    try {
      const beside = join(folder, 'monitor');
      const monitor =
        Buffer.byteLength(beside) <= maxMonitorBytes ? beside : join(mkdtempSync(join(tmpdir(), 'ck-')), 'monitor');
      const port = await options.findPort();
      const command = toCommand({
        ...options,
        disk,
        monitor,
        metadataPort: metadata.port,
        forward: { from: port, to: options.appPort },
      });
      const process = await FleetProcess.start({ name: facts.instanceId, command, cwd: folder, logFile, processes });
      return new Machine(options, process, metadata, monitor, { host: '127.0.0.1', port });
    } catch (error) {
      await metadata.stop();
      rmSync(folder, { recursive: true, force: true });
      throw error;
    }
  }

  get ended(): string | undefined {
    return this.process.ended;
  }

  get exited(): Promise<string> {
    return this.process.exited;
  }

  async answers(path: string, timeoutMs: number): Promise<boolean> {
    const url = `http://${this.address.host}:${this.address.port}${path}`;
    const response = await fetch(url, { signal: AbortSignal.timeout(timeoutMs), headers: { connection: 'close' } });
    await response.arrayBuffer();
    return response.status === 200;
  }

  /** It hears by its metadata that it must go, and leaves by itself. */
  async leave(): Promise<void> {}

  /** As a power button: the system stops all that runs, in order. Does not wait for it. */
  async powerOff(): Promise<void> {
    await pressPowerButton(this.monitor);
  }

  async stop(timeoutMs: number): Promise<void> {
    if (!this.ended) {
      const cut = setTimeout(() => {
        this.#isCut = true;
        this.process.signal('SIGKILL');
      }, timeoutMs);
      await Promise.race([this.powerOff(), this.exited]);
      await this.exited;
      clearTimeout(cut);
    }
    this.#removed ??= this.#remove();
    await this.#removed;
  }

  async #remove(): Promise<void> {
    const { image, folder, facts, onOff } = this.options;
    await this.metadata.stop();
    try {
      const wasPoweredOff = !this.#isCut && this.ended === 'exit code 0';
      if (onOff && wasPoweredOff && !this.options.processes.stop.aborted) {
        onOff({ id: facts.instanceId, changes: await listChanges(image, toDisk(this.options)) });
      }
    } finally {
      rmSync(folder, { recursive: true, force: true });
      if (dirname(this.monitor) !== folder) rmSync(dirname(this.monitor), { recursive: true, force: true });
    }
  }

  toError(what: string): Error {
    return this.process.toError(what);
  }
}

const toDisk = ({ folder }: MachineOptions): string => join(folder, 'disk.qcow2');
