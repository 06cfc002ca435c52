// What a clone says, beside the app too: one JSON line each, with clone and release, as the app's own lines are.
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { releaseFiles } from '../config/names';

/** The numbers that the app's log has for them. */
const levels = { info: 30, warn: 40, error: 50 } as const;

export type Log = (level: keyof typeof levels, msg: string, more?: Readonly<Record<string, unknown>>) => void;

export interface LogOptions {
  readonly clone: string;
  readonly release: string;
  /** Who says it, e.g. `launch`. */
  readonly program: string;
  /** @default - standard error, which systemd hands to the journal */
  readonly write?: (line: string) => void;
}

export const openLog = ({ clone, release, program, write = writeStderr }: LogOptions): Log => {
  return (level, msg, more) => {
    write(`${JSON.stringify({ level: levels[level], time: Date.now(), clone, release, program, ...more, msg })}\n`);
  };
};

const writeStderr = (line: string): void => void process.stderr.write(line);

/** @param folder that of the running program, inside the release; anywhere else the answer is `source` */
export const findRelease = (folder: string): string => {
  try {
    return createHash('sha256')
      .update(readFileSync(join(folder, '..', releaseFiles.sums)))
      .digest('hex');
  } catch {
    return 'source';
  }
};
