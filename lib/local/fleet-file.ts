// What a running fleet leaves on disk for other commands: where it is, and which processes are its own.
import { mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { localFiles } from '../config/names';
import { OperatorError } from '../config/operator-error';
import { endAll, isRunning, type ProcessRecord, toRecord } from './process-record';
import { claimFile, takeAway } from './programs/lock';

export interface FleetFile {
  readonly stage: string;
  /** Absent until the stage is synthesized. */
  readonly region?: string;
  /** The process that supervises the fleet. */
  readonly supervisor: ProcessRecord;
  /** Every process of it, from the moment it was started. */
  readonly processes: readonly ProcessRecord[];
  /** Absent while the fleet starts. */
  readonly url?: string;
  readonly endpoint?: string;
  /** Access key that the twin lets run programs on clones. */
  readonly operatorKey?: string;
}

const fileIn = (home: string): string => join(home, localFiles.fleet);

const toFleetFile = (text: string): FleetFile | undefined => {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
};

/** What is known of the fleet in this home; undefined when there is none. */
export function findFleetFile(home: string): FleetFile | undefined {
  try {
    return toFleetFile(readFileSync(fileIn(home), 'utf8'));
  } catch {
    return undefined;
  }
}

export function writeFleetFile(home: string, content: FleetFile): void {
  const partial = `${fileIn(home)}.${process.pid}`;
  writeFileSync(partial, `${JSON.stringify(content, null, 2)}\n`, { mode: 0o600 });
  renameSync(partial, fileIn(home));
}

/** Takes the home for this process's fleet, unless a living one has it; ends what a dead one left running. */
export async function claimHome(home: string, stage: string): Promise<void> {
  mkdirSync(home, { recursive: true });
  const found = findFleetFile(home);
  if (found && !isRunning(found.supervisor)) await endAll(found.processes);
  takeAway(fileIn(home), (text) => !isRunning(toFleetFile(text)?.supervisor ?? { name: 'none', pid: 0 }));
  const content: FleetFile = { stage, supervisor: toRecord('supervisor', process.pid), processes: [] };
  if (claimFile(fileIn(home), JSON.stringify(content))) return;
  const owner = findFleetFile(home);
  throw new OperatorError(
    `a fleet is already ${owner?.url ? `up at ${owner.url}` : 'starting'} (stage ${owner?.stage ?? stage}). ` +
      'Stop it with: npx clonekit down',
  );
}

export const releaseHome = (home: string): void => rmSync(fileIn(home), { force: true });
