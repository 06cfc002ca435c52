// Synthesizes one stage the way the CDK's command does, and reads the templates it wrote.
import { spawn } from 'node:child_process';
import { mkdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { type StageName, stackName, stackParts } from '../config/names';
import { OperatorError } from '../config/operator-error';
import type { ReleaseDescriptor } from '../release/descriptor';
import type { Template, Templates } from './template';

export interface Synthesized {
  readonly templates: Templates;
  readonly region: string;
}

export interface SynthesizeOptions {
  readonly project: string;
  readonly stage: StageName;
  readonly release: ReleaseDescriptor;
  /** Where the cloud assembly is written; what was there is removed. */
  readonly folder: string;
  /** Ends it early. */
  readonly stop: AbortSignal;
}

/** Runs the app that cdk.json names. The CDK's template validation is left to `cdk synth` and the tests: it takes 4 s of 5. */
export async function synthesize({ project, stage, release, folder, stop }: SynthesizeOptions): Promise<Synthesized> {
  const { app, context } = JSON.parse(readFileSync(join(project, 'cdk.json'), 'utf8'));
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  const env = {
    ...process.env,
    CDK_OUTDIR: folder,
    // The release is for this machine, whatever the machines of the stage are.
    CDK_CONTEXT_JSON: JSON.stringify({ ...context, stage, release: release.file, here: true }),
    CDK_VALIDATION: 'false',
  };
  const said = await new Promise<{ code: number | null; text: string }>((resolve, reject) => {
    // In a shell, since that is how the CDK's own command runs it.
    // A group of its own, so that the shell and what it runs can be ended together.
    const child = spawn(app, { cwd: project, env, shell: true, detached: true, stdio: ['ignore', 'ignore', 'pipe'] });
    const end = (): void => void (child.pid && child.exitCode === null && process.kill(-child.pid, 'SIGKILL'));
    stop.addEventListener('abort', end, { once: true });
    let text = '';
    child.stderr.on('data', (chunk) => {
      text += chunk;
    });
    child.on('error', reject);
    child.on('close', (code) => {
      stop.removeEventListener('abort', end);
      resolve({ code, text });
    });
    if (stop.aborted) end();
  });
  if (said.code !== 0) throw new OperatorError(`synth of ${stage} failed, got: ${said.text.trim()}`);
  const stacks = stackParts.map((part) => stackName(stage, part));
  const manifest = readJson(join(folder, 'manifest.json')) as {
    artifacts: Record<string, { environment?: string }>;
  };
  const environment = manifest.artifacts[stacks[0] as string]?.environment ?? '';
  const region = /^aws:\/\/[^/]+\/(\S+)$/.exec(environment)?.[1];
  if (!region) throw new OperatorError(`${stacks[0]}: must name its region, got: ${environment || 'none'}`);
  const templates = stacks.map((name) => [name, readJson(join(folder, `${name}.template.json`)) as Template]);
  return { region, templates: Object.fromEntries(templates) };
}

function readJson(file: string): unknown {
  try {
    return JSON.parse(readFileSync(file, 'utf8'));
  } catch (error) {
    throw new OperatorError(`synth: must have written ${file}, got: ${(error as Error).message}`);
  }
}
