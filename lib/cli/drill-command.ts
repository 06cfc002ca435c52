// Runs `drill`: and leaves the evidence of it in two files, for programs and for people.
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { toHome } from '../local/home';
import { getDrill } from '../ops/drills/drills';
import { type Evidence, runDrill } from '../ops/drills/run-drill';
import { change } from './change';
import type { ChangeFlags, Surroundings } from './flags';
import { toProbeText } from './probe-text';

export const drillCommand = (name: string, flags: ChangeFlags, surroundings: Surroundings): Promise<number> => {
  const drill = getDrill(name);
  return change(`drill ${name}`, flags, surroundings, async (aws, stage) => {
    const fault = await drill.plan(aws, stage);
    return {
      touches: [...fault.touches, `promise: ${drill.promise}`],
      run: async (progress) => {
        const evidence = await runDrill(aws, stage, drill, fault, progress);
        const file = writeEvidence(join(toHome(surroundings.project, surroundings.env).folder, 'drills'), evidence);
        return {
          holds: evidence.passed,
          text: [toProbeText(evidence.probe), ...evidence.broken.map((line) => `  broken: ${line}`)].join('\n'),
          result: `${name}: ${evidence.passed ? 'the promise holds' : 'the promise is broken'}; evidence in ${file}.md`,
          json: { evidence, files: [`${file}.json`, `${file}.md`] },
        };
      },
    };
  });
};

/** @returns the path of both files, without their endings */
function writeEvidence(folder: string, evidence: Evidence): string {
  mkdirSync(folder, { recursive: true });
  const file = join(folder, `${evidence.began.replace(/[:.]/g, '-')}-${evidence.drill}`);
  writeFileSync(`${file}.json`, `${JSON.stringify(evidence, null, 2)}\n`);
  writeFileSync(`${file}.md`, toMarkdown(evidence));
  return file;
}

export function toMarkdown(evidence: Evidence): string {
  const { drill, stage, where, release, promise, injected, began, ended, timeline, probe, passed, broken, allowed } =
    evidence;
  return `# Drill ${drill}: ${passed ? 'passed' : 'failed'}

Stage ${stage} on ${where}, release \`${release.slice(0, 12)}\`, from ${began} to ${ended}.

**Promise:** ${promise}.

## Injected

${injected.map((line) => `- ${line}`).join('\n')}

## What people noticed

| | seen | allowed |
|---|---|---|
| sessions lost, of ${probe.people} | ${probe.sessionsLost} | ${allowed.sessionsLost} |
| failed requests, of ${probe.requests} | ${probe.serverErrors + probe.unanswered} | ${allowed.failedPercent} % |
| stale reads | ${probe.staleReads} | ${allowed.staleReads} |
| waited, median and p99 | ${probe.milliseconds.p50} ms, ${probe.milliseconds.p99} ms | |
${broken.length > 0 ? `\n## Broken\n\n${broken.map((line) => `- ${line}`).join('\n')}\n` : ''}
## What happened

| after | what |
|---|---|
${timeline.map(({ seconds, what }) => `| ${seconds} s | ${what} |`).join('\n')}
`;
}
