// An operator at a fleet of the test's own process: every verb is held to its rights, and what it prints to its schema.
import { schemas } from '../../lib/cli/schemas';
import { rights, rightsHere, type VerbWithRights } from '../../lib/ops/rights';
import type { InProcess } from './in-process';

/** Who gives a command, STS tells everybody, whatever their rights. */
const free = ['sts:GetCallerIdentity'];

/** They want a fleet whose primary has a standby, or take minutes of one: `failover.test.ts` has them. */
export const verbsOfStandbys: VerbWithRights[] = [
  ...(['db failover', 'db switchover', 'drill bad-release', 'drill db-failover'] as const),
];

export class Operator {
  /** What each verb asked for so far. */
  readonly used = new Map<VerbWithRights, Set<string>>();

  constructor(private readonly on: InProcess) {}

  /** Runs a verb that must hold, and holds its calls to its rights. */
  async run(verb: VerbWithRights, ...args: string[]): Promise<string> {
    const { code, stdout, stderr } = await this.on.run(...verb.split(' '), ...args);
    expect({ code, stderr: code === 0 ? '' : stderr, stdout: code === 0 ? '' : stdout }).toEqual({
      ...{ code: 0, stderr: '', stdout: '' },
    });
    this.verifyRights(verb);
    return stdout;
  }

  /** Of the command that ended last. */
  verifyRights(verb: VerbWithRights): void {
    const asked = [...this.on.calls].filter((action) => !free.includes(action));
    this.used.set(verb, new Set([...(this.used.get(verb) ?? []), ...asked]));
    const allowed: readonly string[] = [...rights[verb], ...(rightsHere[verb] ?? [])];
    expect(asked.filter((action) => !allowed.includes(action))).toEqual([]);
  }

  /** Rights of the verbs that were used, that none of their runs needed. */
  listIdle(): Record<string, string[]> {
    const idle = [...this.used].map(([verb, actions]): [string, string[]] => [
      verb,
      rights[verb].filter((action) => !actions.has(action)),
    ]);
    return Object.fromEntries(idle.filter(([, actions]) => actions.length > 0));
  }

  /** Refused in one sentence, before anything is touched. */
  async refuse(code: number, sentence: RegExp, ...args: string[]): Promise<void> {
    const ended = await this.on.run(...args);
    expect(ended).toMatchObject({ code, stderr: expect.stringMatching(sentence) });
    expect(ended.stderr.trim().split('\n')).toHaveLength(1);
    const changes = [...this.on.calls].filter((action) => !/:(Describe|Get|List|Filter)/.test(action));
    expect(changes).toEqual([]);
  }

  /** What is printed for programs is what its schema says, and nothing more. */
  // biome-ignore lint/suspicious/noExplicitAny: the schema of each verb says what it is
  async json(verb: VerbWithRights, ...args: string[]): Promise<any> {
    const value = JSON.parse(await this.run(verb, '--json', ...args));
    const schema = verb in schemas ? schemas[verb as 'status'] : schemas.change;
    expect(value).toEqual(schema.parse(value));
    return value;
  }
}
