// How long it takes to make templates of a stage: by the CDK's command, by the app alone, and by the least that can do it.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { build } from 'esbuild';
import { type Row, repeat, toSeconds } from './figures';
import { project, type Workshop } from './workshop';

const withoutValidation = { CDK_VALIDATION: 'false' };

export async function measureSynth(workshop: Workshop, runs: number): Promise<Row[]> {
  const home = workshop.createFolder();
  const { context } = JSON.parse(readFileSync(join(project, 'cdk.json'), 'utf8'));
  const toApp = (file: string, loader: readonly string[], env: NodeJS.ProcessEnv) => (): Promise<number> =>
    workshop.time([process.execPath, ...loader, file], {
      ...process.env,
      ...env,
      CLONEKIT_HOME: home,
      CDK_OUTDIR: workshop.createFolder(),
      CDK_CONTEXT_JSON: JSON.stringify({ ...context, stage: 'dev' }),
    });
  const byCommand = (): Promise<number> =>
    workshop.time(['npx', 'cdk', 'synth', '-q', '-c', 'stage=dev', '-o', workshop.createFolder()], {
      ...process.env,
      CLONEKIT_HOME: home,
    });
  const compiled = await compileApp(workshop);
  const rows: [string, () => Promise<number>][] = [
    ['synth: npx cdk synth', byCommand],
    ['synth: app alone', toApp('bin/app.ts', ['--import', 'tsx'], {})],
    ['synth: app alone, not validated', toApp('bin/app.ts', ['--import', 'tsx'], withoutValidation)],
    ['synth: app precompiled', toApp(compiled, [], {})],
    ['synth: app precompiled, not validated', toApp(compiled, [], withoutValidation)],
  ];
  const measured: Row[] = [];
  for (const [what, measure] of rows) {
    measured.push({ what, unit: 's', values: (await repeat(runs, measure)).map(toSeconds) });
  }
  return measured;
}

/** One file; only what must stay as it was installed is left out of it: the CDK, and esbuild with its binary. */
async function compileApp(workshop: Workshop): Promise<string> {
  const outfile = join(workshop.folder, 'app.cjs');
  await build({
    absWorkingDir: project,
    entryPoints: ['bin/app.ts'],
    outfile,
    bundle: true,
    platform: 'node',
    target: 'node20',
    format: 'cjs',
    external: ['aws-cdk-lib', 'constructs', 'esbuild'],
  });
  return outfile;
}
