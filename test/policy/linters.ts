// What cfn-lint and checkov say about templates, in one form.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { StackPart, StageName } from '../../lib/config/names';
import type { Assembly, TemplateFile } from './assembly';
import { type Python, providePackages, runPython } from './python';

/** The newest of the day they were chosen that run on Python 3.11. */
export const versions = { 'cfn-lint': '1.58.0', checkov: '3.3.30' } as const;

export type Tool = keyof typeof versions;

export interface Finding {
  readonly tool: Tool;
  readonly rule: string;
  readonly stage: StageName;
  readonly part: StackPart;
  /** `type logicalId` of the resource, or the path in the template where it is about none. */
  readonly about: string;
  readonly says: string;
}

/** What a tool judged, and what it found. */
export interface Verdict {
  readonly judged: readonly string[];
  readonly findings: readonly Finding[];
}

export const provideLinters = (): Promise<Python> =>
  providePackages(Object.entries(versions).map(([name, version]) => `${name}==${version}`));

interface CfnLintMatch {
  Filename: string;
  Location: { Path: (string | number)[] | null };
  Message: string;
  Rule: { Id: string };
}

interface CheckovReport {
  results: { failed_checks: { check_id: string; check_name: string; file_path: string; resource: string }[] };
  summary: { parsing_errors: number; resource_count: number };
}

const nameOf = (file: string): string => file.slice(file.lastIndexOf('/') + 1);

const findTemplate = ({ templates }: Assembly, file: string): TemplateFile => {
  const template = templates.find(({ name }) => name === nameOf(file));
  if (!template) throw new Error(`judged a file that is no template of a stage: ${file}`);
  return template;
};

/** Runs a tool with a home of its own. */
async function runTool(python: Python, { folder }: Assembly, args: readonly string[]) {
  const temporary = mkdtempSync(join(tmpdir(), 'clonekit-policy-tool-'));
  try {
    return await runPython(python, args, { cwd: folder, temporary });
  } finally {
    rmSync(temporary, { recursive: true, force: true });
  }
}

/** Errors, warnings and what is only informational. */
export async function runCfnLint(python: Python, assembly: Assembly): Promise<Verdict> {
  const judged = assembly.templates.map(({ name }) => name);
  const start = 'from cfnlint.runner import main; main()';
  const options = ['--format', 'json', '--include-checks', 'I', '--'];
  const { stdout, stderr } = await runTool(python, assembly, ['-c', start, ...options, ...judged]);
  const matches: CfnLintMatch[] = toJson('cfn-lint', stdout, stderr);
  const findings = matches.map(({ Filename, Location, Message, Rule }): Finding => {
    const { stage, part, resources } = findTemplate(assembly, Filename);
    const path = Location.Path ?? [];
    const about = path[0] === 'Resources' && path[1] ? toAbout(resources, String(path[1])) : path.join('/');
    return { tool: 'cfn-lint', rule: Rule.Id, stage, part, about, says: Message };
  });
  return { judged, findings };
}

/** Every check of CloudFormation that needs no platform. */
export async function runCheckov(python: Python, assembly: Assembly): Promise<Verdict> {
  const judged = assembly.templates.map(({ name }) => name);
  const files = judged.flatMap((name) => ['--file', name]);
  const options = ['--framework', 'cloudformation', '--compact', '--skip-download', '--output', 'json'];
  const { stdout, stderr } = await runTool(python, assembly, ['-m', 'checkov.main', ...options, ...files]);
  const report: CheckovReport = toJson('checkov', stdout, stderr);
  if (report.summary.parsing_errors > 0) throw new Error(`checkov could not read a template: ${stdout}`);
  const findings = report.results.failed_checks.map(({ check_id, check_name, file_path, resource }): Finding => {
    const { stage, part, resources } = findTemplate(assembly, file_path);
    const logicalId = resource.slice(resource.indexOf('.') + 1);
    return { tool: 'checkov', rule: check_id, stage, part, about: toAbout(resources, logicalId), says: check_name };
  });
  return { judged: report.summary.resource_count > 0 ? judged : [], findings };
}

const toAbout = (resources: TemplateFile['resources'], logicalId: string): string =>
  `${resources[logicalId]?.Type ?? 'unknown'} ${logicalId}`;

function toJson<T>(tool: Tool, stdout: string, stderr: string): T {
  try {
    return JSON.parse(stdout);
  } catch {
    throw new Error(`${tool} gave no verdict: ${stdout.slice(-2000)}${stderr.slice(-2000)}`);
  }
}
