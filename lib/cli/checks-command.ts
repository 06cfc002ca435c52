// Runs the verbs that are a list of checks: `verify`, `clone-check`, `preflight`.
import { existsSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { stackName, stackParts } from '../config/names';
import { OperatorError } from '../config/operator-error';
import { toHome } from '../local/home';
import type { Aws } from '../ops/aws';
import { type Check, hold } from '../ops/checks/check';
import type { Templates } from '../ops/checks/declared';
import { verifyClones } from '../ops/clone-check';
import { getStage } from '../ops/stage';
import { leftOut, verify } from '../ops/verify';
import { colour } from './colour';
import type { Surroundings, TargetFlags, VerifyFlags } from './flags';
import { operate } from './operate';
import { wrap } from './wrap';

type CheckFlags = TargetFlags & { readonly json?: boolean };

export const cloneCheckCommand = (flags: CheckFlags, surroundings: Surroundings): Promise<number> =>
  operate(flags, surroundings, async (aws) => print(flags, aws, await verifyClones(aws, await getStage(aws))));

export const verifyCommand = (flags: VerifyFlags, surroundings: Surroundings): Promise<number> =>
  operate(flags, surroundings, async (aws) => {
    const { stage, endpoint } = aws.target;
    const templates = readTemplates(toAssembly(flags, surroundings, endpoint !== undefined), stage);
    const checks = await verify(aws, await getStage(aws), templates);
    if (endpoint && !flags.json) console.log(`${wrap(`on one machine nothing is held to: ${leftOut.join(', ')}`)}\n`);
    return print(flags, aws, checks);
  });

/** What a fleet here was started from; else what `cdk synth` wrote. */
function toAssembly({ app }: VerifyFlags, { project, env }: Surroundings, isLocal: boolean): string {
  if (app !== undefined) return resolve(app);
  return isLocal ? toHome(project, env).assembly : join(project, 'cdk.out');
}

function readTemplates(folder: string, stage: Parameters<typeof stackName>[0]): Templates {
  const names = stackParts.map((part) => stackName(stage, part));
  return Object.fromEntries(
    names.map((name) => {
      const file = join(folder, `${name}.template.json`);
      if (!existsSync(file)) {
        throw new OperatorError(
          `${file}: must be there, got: nothing. Synthesize first: npx cdk synth --quiet -c stage=${stage}`,
        );
      }
      return [name, JSON.parse(readFileSync(file, 'utf8'))];
    }),
  );
}

/** @returns 0 when all pass */
export function print(flags: CheckFlags, aws: Aws, checks: readonly Check[]): number {
  const holds = hold(checks);
  if (flags.json) console.log(JSON.stringify({ stage: aws.target.stage, holds, checks }));
  else console.log(colour(toText(checks)));
  return holds ? 0 : 1;
}

/** Below the name. */
const indent = ' '.repeat(9);

function toText(checks: readonly Check[]): string {
  const count = (outcome: Check['outcome']): number => checks.filter((check) => check.outcome === outcome).length;
  const lines = checks.flatMap(({ name, outcome, got, want, remedy }) => [
    wrap(`${outcome.padEnd(7)}  ${name}: ${got}`, indent),
    ...(want === undefined ? [] : [wrap(`${indent}must be: ${want}`, indent)]),
    ...(remedy === undefined ? [] : [wrap(`${indent}${remedy}`, indent)]),
  ]);
  return [...lines, '', `${count('pass')} pass, ${count('fail')} fail, ${count('unknown')} unknown`].join('\n');
}
