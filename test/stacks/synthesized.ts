// What CDK makes of a config, with the context of cdk.json: shared by the tests of stacks.
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { App, DefaultStackSynthesizer } from 'aws-cdk-lib';
import { type StackPart, stackName, stackParts } from '../../lib/config/names';
import type { StageConfig } from '../../lib/config/stage-config';
import { getStages } from '../../lib/config/stages';
import { makeStacks } from '../../lib/stacks/make-stacks';

export interface Resource {
  Type: string;
  Properties: Record<string, unknown>;
  DeletionPolicy?: string;
  UpdateReplacePolicy?: string;
  UpdatePolicy?: Record<string, unknown>;
  DependsOn?: string[];
}

export interface Template {
  Resources: Record<string, Resource>;
  Outputs: Record<string, { Value: unknown }>;
}

export interface Synthesized {
  templates: Record<StackPart, Template>;
  terminationProtection: Record<StackPart, boolean>;
}

/** Read by CDK: `false` leaves its validation out. */
const validation = 'CDK_VALIDATION';

export const digest = 'd'.repeat(64);

export const context = JSON.parse(readFileSync(join(__dirname, '../../cdk.json'), 'utf8')).context as object;

export interface SynthesizeOptions {
  readonly validated?: boolean;
  /** Of a stage whose image is locked. */
  readonly locked?: Parameters<typeof makeStacks>[3];
  /** Beside that of cdk.json. */
  readonly more?: object;
}

/**
 * The four stacks of a stage as CDK writes them. CDK's own validation is left out here, it takes longer than the rest:
 * make-stacks.test.ts runs it on every stage.
 */
export const synthesize = (
  config: StageConfig,
  { validated = false, locked, more = {} }: SynthesizeOptions = {},
): Synthesized => {
  const folder = mkdtempSync(join(tmpdir(), 'clonekit-stacks-'));
  const before = process.env[validation];
  process.env[validation] = String(validated);
  try {
    const file = join(folder, `${digest}.tar.gz`);
    writeFileSync(file, 'a release');
    const app = new App({
      analyticsReporting: false,
      context: { ...context, ...more },
      outdir: join(folder, 'out'),
      defaultStackSynthesizer: new DefaultStackSynthesizer({ generateBootstrapVersionRule: false }),
    });
    const stacks = makeStacks(app, config, { digest, file }, locked);
    const assembly = app.synth();
    const eachPart = <T>(read: (part: StackPart) => T) =>
      Object.fromEntries(stackParts.map((part) => [part, read(part)])) as Record<StackPart, T>;
    return {
      templates: eachPart((part) => assembly.getStackByName(stackName(config.stage, part)).template as Template),
      terminationProtection: eachPart((part) => stacks[part].terminationProtection),
    };
  } finally {
    if (before === undefined) delete process.env[validation];
    else process.env[validation] = before;
    rmSync(folder, { recursive: true });
  }
};

/** Each stage once per test file. */
export const synthesizedStages = (): [string, Synthesized, StageConfig][] =>
  getStages().map((config) => [config.stage, synthesize(config), config]);

export const devWith = (change: (config: StageConfig) => void, locked?: SynthesizeOptions['locked']): Synthesized => {
  const [dev] = getStages('dev');
  const config = structuredClone(dev as StageConfig);
  change(config);
  return synthesize(config, { locked });
};

export const resourcesOf = (template: Template, type: string): Resource[] =>
  Object.values(template.Resources).filter((resource) => resource.Type === type);

export const onlyResource = (template: Template, type: string): Resource => {
  const [resource, ...others] = resourcesOf(template, type);
  if (!resource || others.length > 0)
    throw new Error(`expected one ${type}; got: ${others.length + (resource ? 1 : 0)}`);
  return resource;
};

/** Without what changes when neither config nor stacks do: hashes of files, and versions made of them. */
export const toSnapshot = (template: Template): unknown =>
  JSON.parse(
    JSON.stringify(template)
      .replace(/[0-9a-f]{64}/g, '<hash>')
      .replace(/"1\.0\.\d{5,}"/g, '"1.0.<content>"'),
  );
