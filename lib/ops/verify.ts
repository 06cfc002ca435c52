// `clonekit verify`: what is deployed is what is declared, as a flat list of named checks.
import { CloudFormationClient, DescribeStacksCommand } from '@aws-sdk/client-cloudformation';
import type { Aws } from './aws';
import { type Check, fail, pass, unknown } from './checks/check';
import { type Declared, readDeclared, type Templates } from './checks/declared';
import { type Kind, kinds } from './checks/kinds';
import { isUnknown, readPart } from './part';
import type { Stage } from './stage';
import { readClones } from './status/clones';

/** A stack that is at rest, and not because it had to go back. */
const isAtRest = (status: string): boolean => /^(CREATE|UPDATE|IMPORT)_COMPLETE$/.test(status);

async function verifyStack(aws: Aws, StackName: string): Promise<Check> {
  const name = `stack ${StackName}`;
  const stacks = await readPart(() => aws.of(CloudFormationClient).send(new DescribeStacksCommand({ StackName })));
  if (isUnknown(stacks)) return unknown(name, stacks.unknown);
  const status = stacks.Stacks?.[0]?.StackStatus ?? 'absent';
  return isAtRest(status)
    ? pass(name, status)
    : fail(
        name,
        status,
        'CREATE_COMPLETE or UPDATE_COMPLETE',
        `look at its events, and deploy it: npx cdk deploy ${StackName}`,
      );
}

/** A resource that a template declares and its stack has not. */
const verifyPresence = (declared: readonly Declared[]): Check[] => {
  const stacks = [...new Set(declared.map(({ stack }) => stack))];
  return stacks.map((stack) => {
    // CloudFormation keeps none for what only CDK reads.
    const missing = declared.filter(
      (one) => one.stack === stack && one.physicalId === undefined && one.type !== 'AWS::CDK::Metadata',
    );
    const name = `resources of ${stack}`;
    return missing.length === 0
      ? pass(name, 'all there')
      : fail(
          name,
          `without ${missing.map(({ logicalId }) => logicalId).join(', ')}`,
          'all there',
          `deploy it: npx cdk deploy ${stack}`,
        );
  });
};

/** What a fleet on one machine has not, and says so: its data is gone with it, and there is one zone. */
export const leftOut: readonly string[] = [
  ...['StorageEncrypted', 'BackupRetentionPeriod', 'DeletionProtection', 'AtRestEncryptionEnabled', 'MultiAZEnabled'],
];

const isLeftOut = ({ target }: Aws, path: string): boolean => target.endpoint !== undefined && leftOut.includes(path);

/** A resource that is gone is not unknown. */
const undefinedWhereAbsent = (error: Error): undefined => {
  if (!/NotFound/.test(error.name)) throw error;
};

const normal = (value: unknown): string => String(value).toLowerCase();

async function verifyResource(aws: Aws, declared: Declared, { what, read, knob }: Kind): Promise<Check[]> {
  const { physicalId, literal, stack } = declared;
  if (physicalId === undefined) return [];
  const label = `${what} ${physicalId.includes('/') ? (physicalId.split('/').at(-2) ?? physicalId) : physicalId}`;
  const found = await readPart(() => read(aws, physicalId).catch(undefinedWhereAbsent));
  if (isUnknown(found)) return [unknown(label, found.unknown)];
  const remedy = `deploy ${stack} again, or change ${knob}`;
  if (!found) return [fail(label, 'none', 'there', remedy)];
  return Object.entries(found).flatMap(([path, got]) => {
    const want = toWanted(literal, path);
    if (want === undefined || isLeftOut(aws, path)) return [];
    const name = `${label}: ${path}`;
    return normal(got) === normal(want) ? [pass(name, String(got))] : [fail(name, String(got), want, remedy)];
  });
}

/** A path that ends with `[key]` is of a list of `{Key, Value}`. */
function toWanted(literal: Declared['literal'], path: string): string | undefined {
  const pair = /^(.+)\[(.+)\]$/.exec(path);
  if (!pair) return literal(path);
  for (let at = 0; ; at++) {
    const key = literal(`${pair[1]}.${at}.Key`);
    if (key === undefined) return undefined;
    if (key === pair[2]) return literal(`${pair[1]}.${at}.Value`);
  }
}

/** Every clone that is wanted is there, and healthy. */
async function verifyHealth(aws: Aws, stage: Stage): Promise<Check[]> {
  const { group, clones } = await readClones(aws, stage);
  if (isUnknown(clones) || isUnknown(group))
    return [unknown('clones', isUnknown(clones) ? clones.unknown : 'no group')];
  const healthy = clones.filter(({ health }) => health === 'healthy').length;
  const name = 'clones: healthy';
  return [
    healthy >= group.desired
      ? pass(name, `${healthy} of ${group.desired}`)
      : fail(name, `${healthy} of ${group.desired}`, String(group.desired), 'see why: npx clonekit status'),
  ];
}

/** @param templates as they were synthesized */
export async function verify(aws: Aws, stage: Stage, templates: Templates): Promise<Check[]> {
  const [stacks, declared, health] = await Promise.all([
    Promise.all(Object.keys(templates).map((name) => verifyStack(aws, name))),
    readPart(() => readDeclared(aws, templates)),
    verifyHealth(aws, stage),
  ]);
  if (isUnknown(declared)) return [...stacks, unknown('resources', declared.unknown), ...health];
  const resources = await Promise.all(
    declared.map((one) => {
      const kind = kinds[one.type];
      return kind ? verifyResource(aws, one, kind) : [];
    }),
  );
  return [...stacks, ...verifyPresence(declared), ...resources.flat(), ...health];
}
