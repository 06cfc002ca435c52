// The lock of stateful ids: what is told of an id that went, one that came, and one that did both.
import { toSentence } from '../../../lib/refusals/refusal';
import { movedStatefulId } from '../../../lib/refusals/rules/moved-stateful-id';
import type { StatefulIds } from '../../../lib/refusals/stateful-ids';
import { instance, kept, type Stacks, stackOf, toView } from './templates';

const databases = (...logicalIds: string[]): Stacks =>
  stackOf(Object.fromEntries(logicalIds.map((logicalId) => [logicalId, instance({}, kept)])));

const type = 'AWS::RDS::DBInstance';
const prevents = 'or a change of its name makes an empty one in the place of what people know';
const lock = 'npx cdk synth --quiet -c lock=true';

/** Two lines per finding: the sentence, and the remedy. */
const told = (locked: StatefulIds, stacks: Stacks): string[] => {
  const rule = movedStatefulId(locked);
  return rule.find(toView(stacks)).flatMap((finding) => [toSentence(rule, finding), String(finding.remedy)]);
};

const unlockedTold = (logicalId: string, stack = 'Test'): string[] => [
  `Resources.${logicalId} must be locked as ${type} of ${stack}, ${prevents}; got: nothing`,
  `lock it, and commit the lock: ${lock}`,
];

const movedTold = (from: string, to: string): string[] => [
  `Resources.Primary must stay in Test as ${type}, ${prevents}; got: "${to}"`,
  `give it its id back; or lock it anew: ${lock}, and move it before the next deploy: npx cdk refactor ` +
    '--unstable=refactor --override-file moved.json, where moved.json is {"environments":[{"account":"<account>",' +
    `"region":"eu-central-1","resources":{"${from}":"${to}"}}]}`,
];

test('what is where it was locked is fine', () => {
  expect(told({ Test: { Primary: type } }, databases('Primary'))).toEqual([]);
});

test('of stacks that were not synthesized nothing is said', () => {
  expect(told({ Test: { Primary: type }, Other: { Primary: type } }, databases('Primary'))).toEqual([]);
});

test('one that is new must be locked too', () => {
  expect(told({ Test: { Primary: type } }, databases('Primary', 'Second'))).toEqual(unlockedTold('Second'));
});

test('one that went, for nothing in its place, is told without a guess', () => {
  expect(told({ Test: { Primary: type } }, databases())).toEqual([
    `Resources.Primary must stay in Test as ${type}, ${prevents}; got: nothing`,
    `give it its id back; or, if it may go, lock without it: ${lock}`,
  ]);
});

test('one that was renamed is told with the mapping that moves it', () => {
  expect(told({ Test: { Primary: type } }, databases('Main'))).toEqual([
    ...movedTold('Test.Primary', 'Test.Main'),
    ...unlockedTold('Main'),
  ]);
});

test('one that moved to another stack is told with the mapping that moves it', () => {
  const stacks = { ...databases(), Data: databases('Main').Test as Stacks[string] };
  expect(told({ Test: { Primary: type } }, stacks)).toEqual([
    ...movedTold('Test.Primary', 'Data.Main'),
    ...unlockedTold('Main', 'Data'),
  ]);
});

test('with two in its place nobody guesses which it is', () => {
  expect(told({ Test: { Primary: type } }, databases('One', 'Two'))).toEqual([
    `Resources.Primary must stay in Test as ${type}, ${prevents}; got: ["Test.One","Test.Two"]`,
    `give it its id back; or, if it may go, lock without it: ${lock}`,
    ...unlockedTold('One'),
    ...unlockedTold('Two'),
  ]);
});

test('with two gone and one in their place nobody guesses either', () => {
  const remedies = told({ Test: { Primary: type, Second: type } }, databases('One')).filter(
    (_, index) => index % 2 === 1,
  );
  expect(remedies).toEqual([
    `give it its id back; or, if it may go, lock without it: ${lock}`,
    `give it its id back; or, if it may go, lock without it: ${lock}`,
    `lock it, and commit the lock: ${lock}`,
  ]);
});

test('another type under the same id is not what was locked', () => {
  const [sentence] = told({ Test: { Primary: 'AWS::RDS::DBCluster' } }, databases('Primary'));
  expect(sentence).toBe(`Resources.Primary must stay in Test as AWS::RDS::DBCluster, ${prevents}; got: nothing`);
});

test('a finding is at the resource that is new, or at the stack that lacks one', () => {
  const [missing, unlocked] = movedStatefulId({ Test: { Primary: type } }).find(toView(databases('Main')));
  expect(missing?.at).toMatchObject({ name: 'Test', constructPath: 'Test' });
  expect(unlocked?.at).toMatchObject({ logicalId: 'Main' });
});
