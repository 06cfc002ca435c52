// The folder of one running fleet: a place for each part, logs, sockets; all but the logs goes when the fleet stops.
import { mkdirSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** Names of Unix sockets are at most 107 bytes, so below a longer path than this they live elsewhere. */
const maxSocketParentBytes = 80;

export class RunFolder {
  /** For Unix sockets. */
  readonly sockets: string;

  /** Made anew: what an earlier fleet left there is removed. */
  constructor(private readonly path: string) {
    rmSync(path, { recursive: true, force: true });
    mkdirSync(path, { recursive: true, mode: 0o700 });
    const isShort = Buffer.byteLength(path) <= maxSocketParentBytes;
    this.sockets = isShort ? join(path, 'sockets') : mkdtempSync(join(tmpdir(), 'clonekit-'));
    mkdirSync(this.sockets, { recursive: true });
  }

  /** Where a part keeps its things. */
  of(part: string): string {
    return join(this.path, part);
  }

  get logs(): string {
    return join(this.path, 'logs');
  }

  logOf(part: string): string {
    return join(this.logs, `${part}.log`);
  }

  /** Removes all but the logs: what people entered must not outlive the fleet. */
  removeData(): void {
    for (const name of readdirSync(this.path)) {
      if (name !== 'logs') rmSync(join(this.path, name), { recursive: true, force: true });
    }
    rmSync(this.sockets, { recursive: true, force: true });
  }
}
