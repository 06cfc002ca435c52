// The policy of a verb: what it may do, and to what. That verbs ask for no more is held on a real fleet, in test/fleet.
import { toPolicy, type VerbWithRights } from '../../lib/ops/rights';

interface Statement {
  readonly Action: readonly string[];
  readonly Resource: readonly string[];
}

/** What an action may be done to; undefined where it may not be done at all. */
function findResources(verb: VerbWithRights, action: string): string[] | undefined {
  const { Statement: all } = toPolicy([verb], 'prod') as { Statement: Statement[] };
  const found = all.filter(({ Action }) => Action.includes(action));
  return found.length > 0 ? found.flatMap(({ Resource }) => Resource) : undefined;
}

test('the lock may be read, and the version of the bootstrap, which preflight wants', () => {
  expect(findResources('preflight', 'ssm:GetParameter')).toEqual([
    'arn:aws:ssm:*:*:parameter/clonekit/prod/lock',
    'arn:aws:ssm:*:*:parameter/cdk-bootstrap/*',
  ]);
  expect(findResources('preflight', 'ssm:PutParameter')).toBeUndefined();
});

test('a replica is promoted by its name; of both sides of a blue/green deployment RDS takes none', () => {
  expect(findResources('db promote', 'rds:PromoteReadReplica')).toEqual(['arn:aws:rds:*:*:db:clonekit-prod-*']);
  expect(findResources('db switchover', 'rds:PromoteReadReplica')).toEqual(['*']);
});

test('a roll on AWS changes no template: whoever may do that may run anything on clones', () => {
  for (const verb of ['roll', 'rollback'] as const) {
    expect(findResources(verb, 'ec2:CreateLaunchTemplateVersion')).toBeUndefined();
  }
  expect(findResources('rollback', 'sts:AssumeRole')).toEqual(['arn:aws:iam::*:role/cdk-*']);
});

test('a drill may pass the roles of the stage to its machines, and no others', () => {
  expect(findResources('drill bad-release', 'iam:PassRole')).toEqual(['arn:aws:iam::*:role/clonekit-prod-*']);
});
