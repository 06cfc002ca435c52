// Where the log goes: lines of one turn of the event loop leave in one write, for a write costs more than a line.
import { writeSync } from 'node:fs';

const retryMilliseconds = 10;

export interface LogLines {
  write(line: string): void;
}

/** @param file descriptor. @default standard output */
export function createLogLines(file = 1): LogLines {
  let lines = '';
  let unwritten = Buffer.alloc(0);
  let isWaiting = false;
  let isUsed = false;

  const flush = (): void => {
    isWaiting = false;
    unwritten = Buffer.concat([unwritten, Buffer.from(lines)]);
    lines = '';
    try {
      while (unwritten.length > 0) unwritten = unwritten.subarray(writeSync(file, unwritten));
    } catch (error) {
      // Whoever reads the log may have gone: that must end no clone.
      if ((error as NodeJS.ErrnoException).code !== 'EAGAIN') unwritten = Buffer.alloc(0);
      else wait(() => setTimeout(flush, retryMilliseconds).unref());
    }
  };
  const wait = (schedule: () => unknown): void => {
    if (!isWaiting) schedule();
    isWaiting = true;
  };

  return {
    write(line) {
      // What a clone says last says why it ended.
      if (!isUsed) process.once('exit', flush);
      isUsed = true;
      lines += line;
      wait(() => setImmediate(flush));
    },
  };
}
