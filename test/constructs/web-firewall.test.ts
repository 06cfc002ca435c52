// Known attacks are refused, and who asks too often.
import type { Stack } from 'aws-cdk-lib';
import { Key } from 'aws-cdk-lib/aws-kms';
import { RetentionDays } from 'aws-cdk-lib/aws-logs';
import { deriveReadiness } from '../../lib/config/readiness';
import { PublicLoadBalancer } from '../../lib/constructs/public-load-balancer';
import { WebFirewall, type WebFirewallProps } from '../../lib/constructs/web-firewall';
import { propertiesOf, surroundings, templateOf } from './built';

const make = (stack: Stack, props: Partial<WebFirewallProps> = {}) => {
  const { loadBalancer } = new PublicLoadBalancer(stack, 'Front', {
    ...surroundings(stack),
    https: { refusedBecause: 'a test has no name' },
    readiness: deriveReadiness(60),
  });
  return new WebFirewall(stack, 'WebFirewall', { loadBalancer, ...props });
};
const build = (props: Partial<WebFirewallProps> = {}) => templateOf((stack) => make(stack, props));

interface Rule {
  Name: string;
  Priority: number;
  Action?: unknown;
  OverrideAction?: unknown;
  Statement: { RateBasedStatement?: unknown; ManagedRuleGroupStatement?: { RuleActionOverrides?: unknown } };
  VisibilityConfig: { CloudWatchMetricsEnabled: boolean; MetricName: string };
}

const webAclOf = (template: ReturnType<typeof build>) => propertiesOf(template, 'AWS::WAFv2::WebACL');
const rulesOf = (template: ReturnType<typeof build>) => webAclOf(template).Rules as Rule[];
const ruleOf = (template: ReturnType<typeof build>, name: string) =>
  rulesOf(template).find((rule) => rule.Name === name) as Rule;

test('minimal: 2000 requests in five minutes, four groups of rules, a log of three months', () => {
  const template = build();
  expect(rulesOf(template).map(({ Priority, Name }) => [Priority, Name])).toEqual([
    [0, 'RatePerAddress'],
    [1, 'AWSManagedRulesAmazonIpReputationList'],
    [2, 'AWSManagedRulesKnownBadInputsRuleSet'],
    [3, 'AWSManagedRulesCommonRuleSet'],
    [4, 'AWSManagedRulesSQLiRuleSet'],
  ]);
  expect(ruleOf(template, 'RatePerAddress').Statement).toEqual({
    RateBasedStatement: { AggregateKeyType: 'IP', Limit: 2000, EvaluationWindowSec: 300 },
  });
  const log = propertiesOf(template, 'AWS::Logs::LogGroup');
  expect(log).toMatchObject({ RetentionInDays: 90 });
  expect(log).not.toHaveProperty('KmsKeyId');
});

test('maximal: every prop arrives', () => {
  const template = templateOf((stack) =>
    make(stack, {
      name: 'shop',
      requestsPerFiveMinutes: 500,
      counted: { sql: ['SQLi_BODY'], common: ['NoUserAgent_HEADER', 'CrossSiteScripting_BODY'] },
      logRetention: RetentionDays.ONE_WEEK,
      encryptionKey: new Key(stack, 'Key'),
    }),
  );
  expect(ruleOf(template, 'RatePerAddress').Statement).toMatchObject({ RateBasedStatement: { Limit: 500 } });
  const countsOf = (name: string) => ruleOf(template, name).Statement.ManagedRuleGroupStatement?.RuleActionOverrides;
  expect(countsOf('AWSManagedRulesSQLiRuleSet')).toEqual([{ Name: 'SQLi_BODY', ActionToUse: { Count: {} } }]);
  expect(countsOf('AWSManagedRulesCommonRuleSet')).toEqual([
    { Name: 'NoUserAgent_HEADER', ActionToUse: { Count: {} } },
    { Name: 'CrossSiteScripting_BODY', ActionToUse: { Count: {} } },
  ]);
  expect(propertiesOf(template, 'AWS::Logs::LogGroup')).toMatchObject({
    LogGroupName: 'aws-waf-logs-shop',
    RetentionInDays: 7,
    KmsKeyId: { 'Fn::GetAtt': [expect.stringMatching(/^Key/), 'Arn'] },
  });
  expect(webAclOf(template)).toMatchObject({ VisibilityConfig: { MetricName: 'shop' } });
});

test('it stands before the load balancer', () => {
  const template = build();
  expect(webAclOf(template)).toMatchObject({ Scope: 'REGIONAL', DefaultAction: { Allow: {} } });
  expect(propertiesOf(template, 'AWS::WAFv2::WebACLAssociation')).toEqual({
    ResourceArn: { Ref: expect.stringMatching(/^FrontLoadBalancer/) },
    WebACLArn: { 'Fn::GetAtt': [expect.stringMatching(/^WebFirewallRules/), 'Arn'] },
  });
});

test('who asks too often is told so', () => {
  expect(ruleOf(build(), 'RatePerAddress').Action).toEqual({ Block: { CustomResponse: { ResponseCode: 429 } } });
});

test('what AWS’s groups find is refused', () => {
  const groups = rulesOf(build()).filter((rule) => rule.Statement.ManagedRuleGroupStatement);
  expect(groups.map((rule) => rule.OverrideAction)).toEqual(groups.map(() => ({ None: {} })));
});

test('of all their rules only the one on large bodies counts: articles are large', () => {
  const overrides = rulesOf(build()).flatMap(
    ({ Statement }) => Statement.ManagedRuleGroupStatement?.RuleActionOverrides ?? [],
  );
  expect(overrides).toEqual([{ Name: 'SizeRestrictions_BODY', ActionToUse: { Count: {} } }]);
});

test('every rule has a figure of its own', () => {
  const figures = rulesOf(build()).map(({ VisibilityConfig }) => VisibilityConfig);
  expect(figures.every(({ CloudWatchMetricsEnabled }) => CloudWatchMetricsEnabled)).toBe(true);
  expect(new Set(figures.map(({ MetricName }) => MetricName)).size).toBe(figures.length);
});

test('no cookie and no credentials are kept, in the log or in samples', () => {
  const template = build();
  expect(webAclOf(template).DataProtectionConfig).toEqual({
    DataProtections: [
      { Field: { FieldType: 'SINGLE_HEADER', FieldKeys: ['cookie', 'authorization'] }, Action: 'SUBSTITUTION' },
    ],
  });
  expect(propertiesOf(template, 'AWS::WAFv2::LoggingConfiguration').RedactedFields).toEqual([
    { SingleHeader: { Name: 'cookie' } },
    { SingleHeader: { Name: 'authorization' } },
  ]);
});

test('what was refused or counted is logged, to a group that WAF takes', () => {
  const template = build();
  const { LoggingFilter, LogDestinationConfigs, ResourceArn } = propertiesOf(
    template,
    'AWS::WAFv2::LoggingConfiguration',
  );
  expect(ResourceArn).toEqual({ 'Fn::GetAtt': [expect.stringMatching(/^WebFirewallRules/), 'Arn'] });
  expect(LoggingFilter).toMatchObject({
    DefaultBehavior: 'DROP',
    Filters: [{ Behavior: 'KEEP', Conditions: [{ ActionCondition: { Action: 'BLOCK' } }, {}, {}] }],
  });
  // The ARN that CloudFormation knows ends in `:*`.
  expect(JSON.stringify(LogDestinationConfigs)).toMatch(/:log-group:",\{"Ref":"WebFirewallLog\w+"\}\]\]\}\]$/);
  expect(propertiesOf(template, 'AWS::Logs::LogGroup').LogGroupName).toMatch(/^aws-waf-logs-\w+$/);
});

test.each([9, 10.5, 2_000_000_001])('%d requests in five minutes are refused as a limit', (requestsPerFiveMinutes) => {
  expect(() => build({ requestsPerFiveMinutes })).toThrow(
    new Error(
      `Test/WebFirewall.requestsPerFiveMinutes must be a whole number from 10 to 2000000000; got: ${requestsPerFiveMinutes}; use the most that people behind one address may ask for`,
    ),
  );
});
