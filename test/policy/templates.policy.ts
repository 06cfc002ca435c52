// Every template of every stage, judged by cfn-lint and checkov.
import { type StackPart, stackName, stackParts, stageNames } from '../../lib/config/names';
import type { StageConfig } from '../../lib/config/stage-config';
import { getStages } from '../../lib/config/stages';
import { type Assembly, synthesizeAll, synthesizeOne } from './assembly';
import { covers, exceptions } from './exceptions';
import { type Finding, provideLinters, runCfnLint, runCheckov, type Tool, type Verdict, versions } from './linters';

const run = { 'cfn-lint': runCfnLint, checkov: runCheckov } as const;

let assembly: Assembly | undefined;
let verdicts: Record<Tool, Verdict>;

beforeAll(async () => {
  const [python, synthesized] = await Promise.all([provideLinters(), synthesizeAll()]);
  assembly = synthesized;
  const [cfnLint, checkov] = await Promise.all([runCfnLint(python, assembly), runCheckov(python, assembly)]);
  verdicts = { 'cfn-lint': cfnLint, checkov };
});

afterAll(() => assembly?.remove());

const every = stageNames.flatMap((stage) => stackParts.map((part: StackPart) => [stage, part] as const));

const listLeft = (findings: readonly Finding[]): string[] =>
  findings
    .filter((finding) => !exceptions.some((exception) => covers(exception, finding)))
    .map(({ rule, about, says }) => `${rule} ${about}: ${says}`);

describe.each(Object.keys(versions) as Tool[])('%s', (tool) => {
  test('judged every template', () => {
    expect(verdicts[tool].judged).toEqual(every.map(([stage, part]) => `${stackName(stage, part)}.template.json`));
  });

  test.each(every)('has nothing to say about %s %s but what is excepted', (stage, part) => {
    expect(
      listLeft(verdicts[tool].findings.filter((finding) => finding.stage === stage && finding.part === part)),
    ).toEqual([]);
  });
});

test.each(Object.keys(versions) as Tool[])('%s has nothing more to say about objects in Memcached', async (tool) => {
  const [dev] = getStages('dev') as [StageConfig];
  const other = synthesizeOne({ ...dev, objects: { engine: 'memcached', nodeType: 'cache.t4g.micro' } });
  try {
    const { judged, findings } = await run[tool](await provideLinters(), other);
    expect(judged).toHaveLength(stackParts.length);
    expect(listLeft(findings)).toEqual([]);
  } finally {
    other.remove();
  }
});

describe('an exception', () => {
  test.each(exceptions)('$tool $rule at $part $about covers something', (exception) => {
    const covered = verdicts[exception.tool].findings.filter((finding) => covers(exception, finding));
    const stages = new Set(covered.map(({ stage }) => stage));
    expect(stages.size).toBeGreaterThan(0);
    expect([...(exception.stages ?? stages)].filter((stage) => !stages.has(stage))).toEqual([]);
  });

  test.each(exceptions)('$tool $rule at $part $about gives a reason', ({ reason }) => {
    expect(reason.split(/\s+/).length).toBeGreaterThanOrEqual(5);
  });
});
