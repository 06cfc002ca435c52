// Every rule at its edges, with the exact sentence: the list is what we promise to refuse.
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { toSentence } from '../../../lib/refusals/refusal';
import { refusals } from '../../../lib/refusals/rules';
import { ResourceView } from '../../../lib/refusals/template-view';
import { cacheCases } from './cache-cases';
import { capacityCases } from './capacity-cases';
import { databaseCases } from './database-cases';
import { fleetCases } from './fleet-cases';
import { loadBalancerCases } from './load-balancer-cases';
import { type Cases, ref, type Stacks, toView } from './templates';

const cases: Cases = { ...fleetCases, ...capacityCases, ...loadBalancerCases, ...databaseCases, ...cacheCases };
const names = refusals.map(({ name }) => name);

const toldBy = (name: string, stacks: Stacks): string[] =>
  refusals
    .filter((rule) => rule.name === name)
    .flatMap((rule) =>
      rule
        .find(toView(stacks))
        .map((finding) => `${(finding.at as ResourceView).logicalId}: ${toSentence(rule, finding)}`),
    );

const each = (isTold: boolean) =>
  Object.entries(cases).flatMap(([name, list]) =>
    list
      .filter(([, , ...told]) => told.length > 0 === isTold)
      .map(([about, stacks, ...told]): [string, string, Stacks, string[]] => [name, about, stacks, told]),
  );

test.each(each(false))('%s accepts %s', (name, _, stacks) => {
  expect(toldBy(name, stacks)).toEqual([]);
});

test.each(each(true))('%s refuses %s', (name, _, stacks, told) => {
  expect(toldBy(name, stacks)).toEqual(told);
});

test('every rule has a case that it accepts and one that it refuses', () => {
  for (const isTold of [true, false]) {
    expect([...new Set(each(isTold).map(([name]) => name))].sort()).toEqual([...names].sort());
  }
});

test('every file of a rule is in the list, under its own name; the lock alone is made with its file', () => {
  const files = readdirSync(join(__dirname, '../../../lib/refusals/rules')).map((file) => file.replace(/\.ts$/, ''));
  expect([...names, 'moved-stateful-id'].sort()).toEqual(files.sort());
});

test('what a rule prevents goes on the sentence, and its remedy is another', () => {
  for (const { prevents, remedy } of refusals) {
    expect(prevents).toMatch(/^\S.*[^.]$/);
    expect(remedy).toMatch(/^[a-z].*[^.]$/);
  }
});

/** The same, with an expression in the place of everything that a deploy may decide. */
const toUnread = (value: unknown): unknown => {
  if (Array.isArray(value)) return value.map(toUnread);
  if (typeof value !== 'object' || value === null) return ref('Parameter');
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, key === 'Type' ? item : toUnread(item)]));
};

test.each([
  ['expressions', toUnread],
  ['an expression', () => ref('Parameter')],
  ['nothing', () => undefined],
  ['null', () => null],
])('no rule stumbles over a template with %s where it looks for values', (_, toOther) => {
  for (const [, , stacks] of each(true)) {
    const other = Object.entries(stacks).map(([name, template]) => {
      const resources = Object.entries(template.Resources ?? {}).map(([logicalId, { Type, Properties, ...rest }]) => [
        logicalId,
        { Type, Properties: toOther(Properties), ...(toOther(rest) as object) },
      ]);
      return [name, { ...template, Resources: Object.fromEntries(resources) }];
    });
    for (const rule of refusals) expect(Array.isArray(rule.find(toView(Object.fromEntries(other))))).toBe(true);
  }
});

test('what a finding is at is a resource, so that it can be acknowledged there', () => {
  const findings = refusals.flatMap((rule) => each(true).flatMap(([, , stacks]) => rule.find(toView(stacks))));
  expect(findings.length).toBeGreaterThan(0);
  expect(findings.every(({ at }) => at instanceof ResourceView)).toBe(true);
});
