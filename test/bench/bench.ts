// `npm run bench`: how fast and how light this is here and now. It prints and asserts nothing: figures are of a machine.
import { parseArgs } from 'node:util';
import { toTable } from '../../lib/cli/table';
import { toHome } from '../../lib/local/home';
import { measureCachedQueries } from './cached-queries';
import { type Row, toLine } from './figures';
import { measureFirstAnswer } from './first-answer';
import { measureFleet } from './fleet';
import { measureHelp } from './help';
import { describeMachine } from './machine';
import { measureSynth } from './synth';
import { measureWeb } from './web/web';
import { project, Workshop } from './workshop';

interface Options {
  runs: number;
  servers: string;
  soakSeconds: number;
}

/** In this order. */
const parts: Record<string, (workshop: Workshop, options: Options) => Promise<Row[]>> = {
  fleet: (workshop, { runs, servers }) => measureFleet(workshop, runs, servers),
  help: (_, { runs }) => measureHelp(runs),
  clone: async (workshop, { runs }) => [await measureFirstAnswer(workshop, runs)],
  web: measureWeb,
  lists: (workshop, { runs }) => measureCachedQueries(workshop, runs),
  synth: (workshop, { runs }) => measureSynth(workshop, runs),
};

async function main(): Promise<void> {
  const { values, positionals } = parseArgs({
    options: { runs: { type: 'string', default: '5' }, soak: { type: 'string', default: '60' } },
    allowPositionals: true,
  });
  const [runs, soakSeconds] = [toCount('--runs', values.runs), toCount('--soak', values.soak)];
  const unknown = positionals.find((name) => !parts[name]);
  if (unknown !== undefined) throw new Error(`A part must be one of ${Object.keys(parts).join(' ')}, got: ${unknown}`);
  const workshop = Workshop.open();
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    process.once(signal, () => workshop.close().finally(() => process.exit(1)));
  }
  try {
    const { servers } = toHome(project, process.env);
    for (const line of await describeMachine(servers)) console.log(line);
    console.log(`runs      ${runs} each, after one that is not counted\n`);
    const rows: Row[] = [];
    for (const [name, measure] of Object.entries(parts))
      if (positionals.length === 0 || positionals.includes(name))
        rows.push(...(await measure(workshop, { runs, servers, soakSeconds })));
    console.log(toTable(['what', 'median', 'min', 'max', 'unit', 'values', 'goal'], rows.map(toLine)));
  } finally {
    await workshop.close();
  }
}

function toCount(option: string, text: string): number {
  const count = Number(text);
  if (!Number.isInteger(count) || count < 1) throw new Error(`${option} must be a whole number above 0, got: ${text}`);
  return count;
}

main().catch((error: unknown) => {
  console.error(error);
  process.exitCode = 1;
});
