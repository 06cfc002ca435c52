// Findings that are answered: in the names that cdk-nag compares, told by cdk-nag itself.
import { CfnResource, type Stack } from 'aws-cdk-lib';
import { ManagedPolicy, PolicyStatement, Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { AwsSolutionsChecks, NIST80053R5Checks } from 'cdk-nag';
import { Construct } from 'constructs';
import { acknowledge, toManagedPolicyRule, toResourceRule } from '../../lib/constructs/acknowledge';
import { inStack } from './built';

const reason = 'only for this one test';
const awsPolicy = 'service-role/AmazonRDSEnhancedMonitoringRole';

const findingsIn = (stack: Stack): string[] =>
  [new AwsSolutionsChecks(), new NIST80053R5Checks()].flatMap((pack) =>
    pack.validateScope(stack).violations.map(({ ruleName }) => ruleName),
  );

const makeRole = (scope: Construct): Role =>
  new Role(scope, 'Role', {
    assumedBy: new ServicePrincipal('lambda.amazonaws.com'),
    managedPolicies: [ManagedPolicy.fromAwsManagedPolicyName(awsPolicy)],
  });

const makePolicy = (scope: Construct, resource: string): ManagedPolicy =>
  new ManagedPolicy(scope, 'Rights', {
    statements: [new PolicyStatement({ actions: ['sqs:SendMessage'], resources: [resource] })],
    roles: [new Role(scope, 'Sender', { assumedBy: new ServicePrincipal('lambda.amazonaws.com') })],
  });

test('a finding is answered at the construct, in the packs that are told and in no other', () => {
  inStack((stack) => {
    const above = new Construct(stack, 'Above');
    new CfnResource(above, 'Other', { type: 'AWS::SNS::Topic' });
    const rule = 'IAMNoInlinePolicy';
    new Role(above, 'Role', { assumedBy: new ServicePrincipal('lambda.amazonaws.com') }).addToPolicy(
      new PolicyStatement({ actions: ['sqs:SendMessage'], resources: ['arn:aws:sqs:eu-central-1:111122223333:one'] }),
    );
    expect(findingsIn(stack)).toEqual([`NIST.800.53.R5-${rule}`]);
    acknowledge(above, { [rule]: ['pci', 'hipaa'] }, reason);
    expect(findingsIn(stack)).toEqual([`NIST.800.53.R5-${rule}`]);
    acknowledge(above, { [rule]: ['nist'] }, reason);
    expect(findingsIn(stack)).toEqual([]);
  });
});

test('a policy of AWS is named as the rule names it', () => {
  inStack((stack) => {
    const role = makeRole(stack);
    expect(findingsIn(stack)).toHaveLength(1);
    acknowledge(role, { [toManagedPolicyRule(awsPolicy)]: ['solutions'] }, reason);
    expect(findingsIn(stack)).toEqual([]);
  });
});

test.each<[string, (stack: Stack) => string]>([
  ['that is text', () => 'arn:aws:sqs:eu-central-1:111122223333:shop-*'],
  ['that refers to the account', (stack) => `arn:aws:sqs:eu-central-1:${stack.account}:shop-*`],
  ['that refers to an attribute', (stack) => `${makeRole(stack).roleArn}/*`],
])('a resource %s is named as the rule names it', (_, toResource) => {
  inStack((stack) => {
    const resource = toResource(stack);
    const policy = makePolicy(stack, resource);
    const before = findingsIn(stack);
    acknowledge(policy, { [toResourceRule(stack, resource)]: ['solutions'] }, reason);
    const answered = before.filter((finding) => !findingsIn(stack).includes(finding));
    expect(answered).toEqual([`AwsSolutions-${toResourceRule(stack, resource)}`]);
  });
});
