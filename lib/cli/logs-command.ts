// Runs `logs`: lines of clones, each with who said it, and with which release.
import { setTimeout as delay } from 'node:timers/promises';
import { auditStream } from '../ops/audit';
import type { Aws } from '../ops/aws';
import { getClone } from '../ops/kill';
import { type LogLine, readLogs } from '../ops/logs';
import { isUnknown } from '../ops/part';
import { getStage, type Stage } from '../ops/stage';
import { readClones } from '../ops/status/clones';
import type { LogsFlags, Surroundings } from './flags';
import { operate } from './operate';
import { untilSignalled } from './until-signalled';

const followMs = 1000;

export const logsCommand = (clones: readonly string[], flags: LogsFlags, surroundings: Surroundings): Promise<number> =>
  operate(flags, surroundings, async (aws) => {
    const stage = await getStage(aws);
    const from = Date.now() - flags.since;
    const streams = flags.audit ? [auditStream] : await toStreams(aws, stage, clones);
    const releases = await readReleases(aws, stage);
    const print = (line: LogLine): void => console.log(flags.json ? JSON.stringify(line) : toText(line, releases));
    const seen = new Seen();
    const look = async (since: number): Promise<void> => {
      for await (const lines of readLogs(aws, stage, { streams, from: since, term: flags.grep })) {
        for (const line of lines) if (seen.isNew(line) && (streams || line.clone !== auditStream)) print(line);
      }
    };
    await look(from);
    if (!flags.follow) return 0;
    return await untilSignalled(flags, async (stop) => {
      while (!stop.aborted) {
        await delay(followMs, undefined, { signal: stop }).catch(() => {});
        // What is said late is still seen: lines reach the log some seconds after they were said.
        if (!stop.aborted) await look(Math.max(from, seen.newest - 30_000));
      }
    });
  });

/** Also of a clone that is gone: then its whole id is needed. */
async function toStreams(aws: Aws, stage: Stage, clones: readonly string[]): Promise<string[] | undefined> {
  if (clones.length === 0) return undefined;
  return await Promise.all(clones.map((id) => (/^i-[0-9a-f]{17}$/.test(id) ? id : getClone(aws, stage, id))));
}

async function readReleases(aws: Aws, stage: Stage): Promise<Map<string, string>> {
  const { clones } = await readClones(aws, stage);
  if (isUnknown(clones)) return new Map();
  return new Map(clones.map(({ id, release }) => [id, release?.slice(0, 12) ?? '-']));
}

const toText = ({ clone, release, text }: LogLine, releases: ReadonlyMap<string, string>): string =>
  `${clone} ${release ?? releases.get(clone) ?? '-'.padEnd(12)}  ${text}`;

/** Lines that were printed; those of the last minute are known again. */
class Seen {
  newest = 0;
  readonly #lines = new Map<string, number>();

  isNew({ clone, time, text }: LogLine): boolean {
    const key = `${clone} ${time} ${text}`;
    if (this.#lines.has(key)) return false;
    const at = Date.parse(time);
    this.newest = Math.max(this.newest, at);
    this.#lines.set(key, at);
    if (this.#lines.size > 10_000)
      for (const [old, when] of this.#lines) if (when < this.newest - 60_000) this.#lines.delete(old);
    return true;
  }
}
