// Every stage synthesized as `cdk synth` does it, into a folder that is gone after the tests.
import { execFile } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { type StackPart, type StageName, stackName, stackParts, stageNames } from '../../lib/config/names';
import type { StageConfig } from '../../lib/config/stage-config';
import { synthesize } from '../stacks/synthesized';
import { project } from './python';

const run = promisify(execFile);

export interface TemplateFile {
  readonly stage: StageName;
  readonly part: StackPart;
  /** Name of the file, without its folder. */
  readonly name: string;
  readonly resources: Record<string, { Type: string }>;
}

export interface Assembly {
  readonly folder: string;
  readonly templates: readonly TemplateFile[];
  remove(): void;
}

/** Context that the CDK's command adds: templates say which construct a resource is of, and where an asset lies. */
const writtenByCommand = { 'aws:cdk:enable-path-metadata': true, 'aws:cdk:enable-asset-metadata': true };

/** Of one config that is no stage's. */
export function synthesizeOne(config: StageConfig): Assembly {
  const folder = mkdtempSync(join(tmpdir(), 'clonekit-policy-'));
  const { templates } = synthesize(config, { more: writtenByCommand });
  return {
    folder,
    templates: stackParts.map((part): TemplateFile => {
      const name = `${stackName(config.stage, part)}.template.json`;
      writeFileSync(join(folder, name), JSON.stringify(templates[part]));
      return { stage: config.stage, part, name, resources: templates[part].Resources };
    }),
    remove: () => rmSync(folder, { recursive: true, force: true }),
  };
}

/** Runs the app that cdk.json names, for all stages at once. */
export async function synthesizeAll(): Promise<Assembly> {
  const { app, context } = JSON.parse(readFileSync(join(project, 'cdk.json'), 'utf8'));
  const root = mkdtempSync(join(tmpdir(), 'clonekit-policy-'));
  const folder = join(root, 'cdk.out');
  const remove = () => rmSync(root, { recursive: true, force: true });
  const env = {
    ...process.env,
    CLONEKIT_HOME: join(root, 'home'),
    CDK_OUTDIR: folder,
    CDK_CONTEXT_JSON: JSON.stringify({ ...context, ...writtenByCommand }),
    // The CDK's own validation runs in make-stacks.test.ts.
    CDK_VALIDATION: 'false',
  };
  try {
    await run('/bin/sh', ['-c', app], { cwd: project, env });
    const templates = stageNames.flatMap((stage) =>
      stackParts.map((part): TemplateFile => {
        const name = `${stackName(stage, part)}.template.json`;
        return { stage, part, name, resources: JSON.parse(readFileSync(join(folder, name), 'utf8')).Resources };
      }),
    );
    return { folder, templates, remove };
  } catch (error) {
    remove();
    throw error;
  }
}
