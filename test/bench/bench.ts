// `npm run bench`: how fast and how light this is here and now. It prints and asserts nothing: figures are of a machine.
import { parseArgs } from 'node:util';
import { toTable } from '../../lib/cli/table';
import { toHome } from '../../lib/local/home';
import { measureCachedQueries } from './cached-queries';
import { type Row, toLine } from './figures';
import { measureFirstAnswer } from './first-answer';
import { measureFleet } from './fleet';
import { describeMachine } from './machine';
import { measureSynth } from './synth';
import { project, Workshop } from './workshop';

async function main(): Promise<void> {
  const { values } = parseArgs({ options: { runs: { type: 'string', default: '5' } } });
  const runs = Number(values.runs);
  if (!Number.isInteger(runs) || runs < 1)
    throw new Error(`--runs must be a whole number above 0, got: ${values.runs}`);
  const workshop = Workshop.open();
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    process.once(signal, () => workshop.close().finally(() => process.exit(1)));
  }
  try {
    const { servers } = toHome(project, process.env);
    for (const line of await describeMachine(servers)) console.log(line);
    console.log(`runs      ${runs} each, after one that is not counted\n`);
    const rows: Row[] = [
      ...(await measureFleet(workshop, runs, servers)),
      await measureFirstAnswer(workshop, runs),
      ...(await measureCachedQueries(workshop, runs)),
      ...(await measureSynth(workshop, runs)),
    ];
    console.log(toTable(['what', 'median', 'min', 'max', 'unit', 'values', 'goal'], rows.map(toLine)));
  } finally {
    await workshop.close();
  }
}

main().catch((error: unknown) => {
  console.error(error);
  process.exitCode = 1;
});
