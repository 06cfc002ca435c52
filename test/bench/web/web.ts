// The app beside its peers: one process each, over the same servers, in turns; then ours alone at half of what it can.
import { startServers } from '../../web/running-clones';
import { type Row, toMedian } from '../figures';
import type { LoadResult } from '../load/run-load';
import type { Workshop } from '../workshop';
import { type Contender, startContenders } from './contenders';
import { generate } from './generate';
import { askMemory, readProcessorTime } from './memory';
import { measureMisses } from './misses';

const connections = 64;
const roundMs = 3_000;
const halfLoadMs = 5_000;
/** Until what runs often is compiled: each needs it, and none is measured in it. */
const warmUpMs = 10_000;

interface WebOptions {
  runs: number;
  soakSeconds: number;
}

export async function measureWeb(workshop: Workshop, { runs, soakSeconds }: WebOptions): Promise<Row[]> {
  const servers = workshop.keep(await startServers('mysql'));
  const contenders = await startContenders(workshop, servers);
  const [ours, limit] = contenders.all;
  try {
    const rows = await measureSpeed(workshop, contenders.all, runs);
    const perSecond = Math.floor((toMedian(rows[0]?.values ?? []) ?? 0) / 2);
    const halves: LoadResult[] = [];
    // What the machine itself does to whoever is asked so often.
    const ofLimit: LoadResult[] = [];
    for (let run = 0; run < runs; run += 1) {
      const half = { connections, milliseconds: halfLoadMs, perSecond };
      halves.push(await generate(workshop, ours, half));
      ofLimit.push(await generate(workshop, limit, half));
    }
    const queries = [];
    for (let run = 0; run < runs; run += 1) queries.push(await measureMisses(servers, ours.port, contenders.articleId));

    const before = await askMemory(ours.child);
    const { answers } = await generate(workshop, ours, { connections, milliseconds: soakSeconds * 1_000, perSecond });
    const after = await askMemory(ours.child);
    return [
      ...rows,
      { what: `half load, ${perSecond}/s: p50`, unit: 'ms', values: halves.map(({ p50 }) => p50) },
      { what: `half load, ${perSecond}/s: p99`, unit: 'ms', values: halves.map(({ p99 }) => p99), goal: 10 },
      { what: 'the same load on the limit: p99', unit: 'ms', values: ofLimit.map(({ p99 }) => p99) },
      { what: '1,000 concurrent misses of an object', unit: 'queries', values: queries, goal: 1 },
      { what: 'our process at rest, resident', unit: 'MB', values: [contenders.rest.resident], goal: 90 },
      { what: `soak, ${soakSeconds} s, ${answers} answers: heap grew`, unit: 'MB', values: [after.heap - before.heap] },
      { what: `soak, ${soakSeconds} s: resident grew`, unit: 'MB', values: [after.resident - before.resident] },
      { what: `soak, ${soakSeconds} s: resident at the end`, unit: 'MB', values: [after.resident] },
    ];
  } finally {
    await contenders.stop();
    await workshop.release(servers);
  }
}

/** In turns, all of them in each round: what else the machine does comes and goes for all. */
async function measureSpeed(workshop: Workshop, all: readonly Contender[], runs: number): Promise<Row[]> {
  const rounds: Record<string, { perSecond: number; microseconds: number }>[] = [];
  for (const contender of all) await generate(workshop, contender, { connections, milliseconds: warmUpMs });
  for (let round = 0; round < runs; round += 1) {
    const measured: (typeof rounds)[number] = {};
    for (const contender of all) {
      const before = readProcessorTime(contender.child);
      const { perSecond, answers } = await generate(workshop, contender, { connections, milliseconds: roundMs });
      const microseconds = (readProcessorTime(contender.child) - before) / answers;
      measured[contender.name] = { perSecond, microseconds };
    }
    rounds.push(measured);
  }
  const of = (name: string, figure: 'perSecond' | 'microseconds'): number[] =>
    rounds.map((measured) => measured[name]?.[figure] ?? Number.NaN);
  const compared = (name: string): number[] =>
    of(name, 'perSecond').map((their, at) => (of('ours', 'perSecond')[at] ?? 0) / their);
  return [
    ...all.map(({ name }): Row => ({ what: `article, signed in: ${name}`, unit: '/s', values: of(name, 'perSecond') })),
    ...all.map(
      ({ name }): Row => ({ what: `processor for one: ${name}`, unit: 'µs', values: of(name, 'microseconds') }),
    ),
    { what: 'article: ours to the limit', unit: '×', values: compared('limit'), atLeast: 0.75 },
    { what: 'article: ours to express', unit: '×', values: compared('express'), atLeast: 4 },
    { what: 'article: ours to fastify', unit: '×', values: compared('fastify'), atLeast: 2.5 },
  ];
}
