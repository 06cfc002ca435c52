// The commands of memcached that are used here, in its meta protocol: the only one that has both versions and no end.
import type { Connection } from './connection';

export interface Item {
  text: string;
  /** Another one after every change. */
  version: string;
  /** How long it stays. */
  milliseconds: number;
}

/** What must hold for it to be stored: nothing there, or the very version that was read. */
export type Condition = 'absent' | { version: string };

/** Its longest relative time is 30 days, and its shortest unit a second. */
const toSeconds = (milliseconds: number): number => Math.max(1, Math.ceil(milliseconds / 1_000));

export class Memcached {
  constructor(private readonly connection: Connection) {}

  async get(key: string): Promise<Item | undefined> {
    const { text, flags } = await this.connection.send(`mg ${key} v c t`);
    if (text === undefined) return undefined;
    const find = (letter: string): string => flags.find((flag) => flag.startsWith(letter))?.slice(1) ?? '';
    return { text, version: find('c'), milliseconds: Number(find('t')) * 1_000 };
  }

  /** Asked for together, in one piece. */
  getAll(keys: readonly string[]): Promise<(Item | undefined)[]> {
    return Promise.all(keys.map((key) => this.get(key)));
  }

  /** Whether it was stored. */
  async set(key: string, text: string, milliseconds: number, condition?: Condition): Promise<boolean> {
    const bytes = Buffer.from(text);
    const only = condition === 'absent' ? ' ME' : condition ? ` C${condition.version}` : '';
    const command = `ms ${key} ${bytes.length} T${toSeconds(milliseconds)}${only}`;
    return (await this.connection.send(command, bytes)).status === 'HD';
  }

  /** Has it stay this long from now on. */
  async touch(key: string, milliseconds: number): Promise<void> {
    await this.connection.send(`mg ${key} T${toSeconds(milliseconds)}`);
  }

  async delete(key: string): Promise<void> {
    await this.connection.send(`md ${key}`);
  }

  /** Rejects unless it answers now. */
  async verifyReached(): Promise<void> {
    await this.connection.send('mn');
  }

  close(): void {
    this.connection.close();
  }
}
