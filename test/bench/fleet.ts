// How long a fleet takes to be ready and to stop, with the weight of its clones in between.
import type { ChildProcess } from 'node:child_process';
import { createInterface } from 'node:readline';
import { setTimeout as delay } from 'node:timers/promises';
import type { ReadyFleet } from '../../lib/local/up';
import { measureClones } from './clone-memory';
import { type Row, repeat, toSeconds } from './figures';
import type { Workshop } from './workshop';

const restMs = 10_000;

/** Each run in a home of its own, so that nothing of the run before is there but the unpacked servers. */
export async function measureFleet(workshop: Workshop, runs: number, servers: string): Promise<Row[]> {
  const figures = await repeat(runs, async () => {
    const home = workshop.createFolder();
    const start = performance.now();
    const child = workshop.spawn(
      [process.execPath, '--require', 'tsx/cjs', 'bin/clonekit.ts', 'up', '--json', '--port', '0'],
      {
        env: { ...process.env, CLONEKIT_HOME: home, CLONEKIT_SERVERS: servers },
        stdio: ['ignore', 'pipe', 'inherit'],
      },
    );
    const { topology } = await untilReady(child);
    const readyMs = performance.now() - start;
    await delay(restMs);
    const clones = topology.filter(({ part }) => part === 'clone').map(({ detail }) => detail);
    const megabytes = measureClones(home, clones);
    return { readyMs, megabytes, stopMs: await workshop.stop(child, 'SIGTERM') };
  });
  return [
    { what: 'start: `up` to ready', unit: 's', values: figures.map(({ readyMs }) => toSeconds(readyMs)), goal: 8 },
    { what: 'stop: SIGTERM to the end', unit: 's', values: figures.map(({ stopMs }) => toSeconds(stopMs)) },
    { what: 'clone at rest, resident', unit: 'MB', values: figures.flatMap(({ megabytes }) => megabytes), goal: 90 },
  ];
}

/** Reads on after that, so that what the fleet still says never fills the pipe. */
const untilReady = ({ stdout }: ChildProcess): Promise<ReadyFleet> =>
  new Promise((resolve, reject) => {
    if (!stdout) throw new Error('The fleet has no output to read.');
    const lines = createInterface({ input: stdout });
    lines.on('line', (line) => {
      const said = JSON.parse(line);
      if (said.event === 'ready') resolve(said);
      if (said.event === 'failed') reject(new Error(`The fleet did not start, got: ${said.error}`));
    });
    lines.once('close', () => reject(new Error('The fleet ended before it was ready.')));
  });
