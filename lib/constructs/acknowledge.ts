// What cdk-nag finds and we do not mend: told at the construct that causes it, with the fact that answers it.
import { Stack, Validations } from 'aws-cdk-lib';
import type { IConstruct } from 'constructs';

/** Its packs, by what the names of their rules begin with. */
const packs = {
  solutions: 'AwsSolutions',
  nist: 'NIST.800.53.R5',
  pci: 'PCI.DSS.321',
  hipaa: 'HIPAA.Security',
} as const;

export type NagPack = keyof typeof packs;

/** Name of a rule, with what of it in brackets where it finds several things → the packs that have it. */
export type NagFindings = Readonly<Record<string, readonly NagPack[]>>;

/**
 * Answers findings at a construct and everything below it. Names are compared letter by letter: a finding in brackets is
 * not answered by the rule's name alone, nor a rule of one pack by its twin in another.
 * @param reason a fact that somebody else can verify, in three words or more
 */
export const acknowledge = (construct: IConstruct, findings: NagFindings, reason: string): void => {
  const ids = Object.entries(findings).flatMap(([rule, of]) => of.map((pack) => `${packs[pack]}-${rule}`));
  Validations.of(construct).acknowledge(...ids.map((id) => ({ id, reason })));
};

/** An AWS managed policy as the rule against them names it. @param policy e.g. `AmazonSSMManagedInstanceCore` */
export const toManagedPolicyRule = (policy: string): string =>
  `IAM4[Policy::arn:<AWS::Partition>:iam::aws:policy/${policy}]`;

/** A resource with a star as the rule against these names it. */
export const toResourceRule = (scope: IConstruct, resource: string): string =>
  `IAM5[Resource::${toFlatText(Stack.of(scope).resolve(resource))}]`;

/** References in angle brackets, e.g. `<AWS::AccountId>`. */
const toFlatText = (value: unknown): string => {
  if (typeof value === 'string') return value;
  const { Ref, ...call } = value as Record<string, unknown>;
  if (Ref !== undefined) return `<${Ref}>`;
  if ('Fn::Join' in call) {
    const [separator, parts] = call['Fn::Join'] as [string, unknown[]];
    return parts.map(toFlatText).join(separator);
  }
  if ('Fn::GetAtt' in call) return `<${(call['Fn::GetAtt'] as string[]).join('.')}>`;
  return JSON.stringify(value);
};
