// How long it takes to make templates of a stage: by the CDK's command, by our app, and by the same written plainly.
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import { bundleFunction } from '../../lib/functions/bundle';
import { packApp } from '../../lib/release/pack-app';
import { type Row, repeat, toSeconds } from './figures';
import { countResources } from './same-resources';
import { project, type Workshop } from './workshop';

/** CDK's validation takes longer than all the rest, in both apps. */
const ways = [
  { name: 'synth', env: {}, goal: 1.15 },
  { name: 'synth, not validated', env: { CDK_VALIDATION: 'false' }, goal: undefined },
];

export async function measureSynth(workshop: Workshop, runs: number): Promise<Row[]> {
  const byCommand = await repeat(runs, () =>
    workshop.time(['npx', 'cdk', 'synth', '-q', '-c', 'stage=dev', '-o', workshop.createFolder()], {
      ...process.env,
      CLONEKIT_HOME: workshop.folder,
    }),
  );
  const rows: Row[] = [{ what: 'synth: npx cdk synth, packs too', unit: 's', values: byCommand.map(toSeconds) }];
  const context = await prepareContext(workshop);
  for (const { name, env, goal } of ways) {
    const pairs = await repeat(runs, inTurn(workshop, { ...env, CDK_CONTEXT_JSON: context }));
    rows.push(
      { what: `${name}: our app`, unit: 's', values: pairs.map(({ ours }) => toSeconds(ours)) },
      { what: `${name}: written plainly`, unit: 's', values: pairs.map(({ plain }) => toSeconds(plain)) },
      { what: `${name}: ours to plain`, unit: '×', values: pairs.map(({ ours, plain }) => ours / plain), goal },
    );
  }
  return rows;
}

/** One after the other, and the other way round the next time: what else the machine does comes and goes for both. */
function inTurn(workshop: Workshop, env: NodeJS.ProcessEnv): () => Promise<{ ours: number; plain: number }> {
  let isOursFirst = false;
  return async () => {
    const folders = { ours: workshop.createFolder(), plain: workshop.createFolder() };
    const run = (file: string, outdir: string): Promise<number> =>
      workshop.time([process.execPath, '--import', 'tsx', file], { ...process.env, ...env, CDK_OUTDIR: outdir });
    const runOurs = (): Promise<number> => run('bin/app.ts', folders.ours);
    const runPlain = (): Promise<number> => run('test/bench/plain-app.ts', folders.plain);
    isOursFirst = !isOursFirst;
    const times = isOursFirst
      ? { ours: await runOurs(), plain: await runPlain() }
      : { plain: await runPlain(), ours: await runOurs() };
    if (!isDeepStrictEqual(countResources(folders.ours), countResources(folders.plain)))
      throw new Error('Our app and the plain one must make the same resources: see test/bench/plain.test.ts.');
    return times;
  };
}

/** Both get a release that is packed, and the plain app its functions bundled: it has nothing to do but synthesize. */
async function prepareContext(workshop: Workshop): Promise<string> {
  const { context } = JSON.parse(readFileSync(join(project, 'cdk.json'), 'utf8'));
  const { file } = await packApp({ folder: project, architecture: 'arm64' });
  const functions = workshop.createFolder();
  for (const program of ['rotate-cache-user', 'rotate-database-user']) {
    mkdirSync(join(functions, program));
    writeFileSync(join(functions, program, 'index.js'), bundleFunction(program));
  }
  return JSON.stringify({ ...context, stage: 'dev', release: file, functions });
}
