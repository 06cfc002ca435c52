// Every template of every stage, judged by cfn-lint and checkov.
import { type StackPart, stackName, stackParts, stageNames } from '../../lib/config/names';
import { type Assembly, synthesizeAll } from './assembly';
import { covers, exceptions } from './exceptions';
import { provideLinters, runCfnLint, runCheckov, type Tool, type Verdict, versions } from './linters';

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

describe.each(Object.keys(versions) as Tool[])('%s', (tool) => {
  test('judged every template', () => {
    expect(verdicts[tool].judged).toEqual(every.map(([stage, part]) => `${stackName(stage, part)}.template.json`));
  });

  test.each(every)('has nothing to say about %s %s but what is excepted', (stage, part) => {
    const left = verdicts[tool].findings
      .filter((finding) => finding.stage === stage && finding.part === part)
      .filter((finding) => !exceptions.some((exception) => covers(exception, finding)))
      .map(({ rule, about, says }) => `${rule} ${about}: ${says}`);
    expect(left).toEqual([]);
  });
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
