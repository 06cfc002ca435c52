// Tells again and again that this release runs, and takes away from the schema what no release that runs needs any more.
import { setTimeout as sleep } from 'node:timers/promises';
import type { Server } from './connection';
import { beat, type Contracted, contract, type Knowledge } from './migrations';

export interface ContractingOptions {
  primary: Server;
  knowledge: Knowledge;
  signal: AbortSignal;
  onContracted: (contracted: Contracted) => void;
  onFailure: (error: unknown) => void;
  /** @default 30 - a row a clone and minute is nothing to a database */
  beatSeconds?: number;
}

/**
 * So many beats in a row are missed by a release that runs no more; and so many must have been told by this clone before it
 * takes anything away: after a time without a primary, others must have had time to tell that they run.
 */
const beatsToBelieve = 4;

/** Until the signal. A database that fails is asked again at the next beat. */
export async function keepContracting(options: ContractingOptions): Promise<void> {
  const { primary, knowledge, signal, onContracted, onFailure, beatSeconds = 30 } = options;
  for (let beats = 0; !signal.aborted; ) {
    try {
      await beat(primary, knowledge);
      beats++;
      if (beats > beatsToBelieve) onContracted(await contract(primary, knowledge.folder, beatsToBelieve * beatSeconds));
    } catch (error) {
      beats = 0;
      onFailure(error);
    }
    // A clone must not be kept alive by it, nor all of them beat at once.
    const milliseconds = beatSeconds * (900 + Math.random() * 200);
    await sleep(milliseconds, undefined, { signal, ref: false }).catch(() => undefined);
  }
}
