// A stateful resource that has another logical id, or another stack, than the one it was deployed with.
import type { Finding, Refusal } from '../refusal';
import { type StatefulIds, toStatefulIds } from '../stateful-ids';
import type { StackTemplate, TemplateView } from '../template-view';

interface Id {
  readonly stack: StackTemplate;
  readonly logicalId: string;
  readonly type: string;
}

const lock = 'npx cdk synth --quiet -c lock=true';

const toLocation = ({ stack, logicalId }: Id): string => `${stack.name}.${logicalId}`;

/**
 * What `cdk refactor` takes as an override file. Its README calls the list `mappings`; the program (2.1148.1) reads
 * `environments`.
 */
const toOverrides = (from: Id, to: Id): string =>
  JSON.stringify({
    environments: [
      {
        account: from.stack.account ?? '<account>',
        region: from.stack.region ?? '<region>',
        resources: { [toLocation(from)]: toLocation(to) },
      },
    ],
  });

const listIds = (stacks: readonly StackTemplate[], ids: StatefulIds): Id[] =>
  stacks.flatMap((stack) =>
    Object.entries(ids[stack.name] ?? {}).map(([logicalId, type]) => ({ stack, logicalId, type })),
  );

const isIn = (ids: StatefulIds, { stack, logicalId, type }: Id): boolean => ids[stack.name]?.[logicalId] === type;

function toMoved(from: Id, missing: readonly Id[], unlocked: readonly Id[]): Finding {
  const ofType = (ids: readonly Id[]): Id[] => ids.filter(({ type }) => type === from.type);
  const [to, ...others] = ofType(unlocked);
  const found = {
    at: from.stack,
    path: `Resources.${from.logicalId}`,
    must: `must stay in ${from.stack.name} as ${from.type}`,
    got: to && (others.length > 0 ? [to, ...others].map(toLocation) : toLocation(to)),
  };
  const isSure = to !== undefined && others.length === 0 && ofType(missing).length === 1;
  if (!isSure) return { ...found, remedy: `give it its id back; or, if it may go, lock without it: ${lock}` };
  const move = `npx cdk refactor --unstable=refactor --override-file moved.json, where moved.json is ${toOverrides(from, to)}`;
  // In this order: cdk refactor synthesizes too, and would be refused.
  return {
    ...found,
    remedy: `give it its id back; or lock it anew: ${lock}, and move it before the next deploy: ${move}`,
  };
}

const toUnlocked = (view: TemplateView, { stack, logicalId, type }: Id): Finding => ({
  at: view.resources.find((one) => one.stack === stack && one.logicalId === logicalId) ?? stack,
  path: `Resources.${logicalId}`,
  must: `must be locked as ${type} of ${stack.name}`,
  got: undefined,
  remedy: `lock it, and commit the lock: ${lock}`,
});

/** Of stacks that were not synthesized it says nothing: they may be another stage's. */
export const movedStatefulId = (locked: StatefulIds): Refusal => ({
  name: 'moved-stateful-id',
  prevents: 'a change of its name makes an empty one in the place of what people know',
  remedy: `give it its id back, or lock again: ${lock}`,
  find: (view) => {
    const stacks = view.stacks;
    const present = toStatefulIds(Object.fromEntries(stacks.map(({ name, template }) => [name, template])));
    const missing = listIds(stacks, locked).filter((id) => !isIn(present, id));
    const unlocked = listIds(stacks, present).filter((id) => !isIn(locked, id));
    return [...missing.map((id) => toMoved(id, missing, unlocked)), ...unlocked.map((id) => toUnlocked(view, id))];
  },
});
