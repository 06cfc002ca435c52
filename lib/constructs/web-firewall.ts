// A web application firewall before the load balancer: known attacks are refused, and who asks too often.
import { ArnFormat, Names, RemovalPolicy, Stack } from 'aws-cdk-lib';
import type { IApplicationLoadBalancer } from 'aws-cdk-lib/aws-elasticloadbalancingv2';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import { LogGroup, RetentionDays } from 'aws-cdk-lib/aws-logs';
import { CfnLoggingConfiguration, CfnWebACL, CfnWebACLAssociation } from 'aws-cdk-lib/aws-wafv2';
import { Construct } from 'constructs';
import { verifyRange } from './prop-rule';

/**
 * Groups of rules that AWS keeps up to date, in the order they are asked: the cheapest and surest refusal first. Together
 * 1,127 of the 1,500 capacity units that the price includes.
 * @see https://docs.aws.amazon.com/waf/latest/developerguide/aws-managed-rule-groups-list.html
 */
const managedGroups = {
  /** Addresses that AWS knows as bots and attackers. */
  ipReputation: 'AWSManagedRulesAmazonIpReputationList',
  /** Requests of known exploits, e.g. of Log4j. */
  knownBadInputs: 'AWSManagedRulesKnownBadInputsRuleSet',
  /** What OWASP describes: scripts, paths and addresses where none belong. */
  common: 'AWSManagedRulesCommonRuleSet',
  /** SQL where none belongs. */
  sql: 'AWSManagedRulesSQLiRuleSet',
} as const;

export type ManagedGroup = keyof typeof managedGroups;

export interface WebFirewallProps {
  /** What it stands before. */
  readonly loadBalancer: IApplicationLoadBalancer;
  /**
   * Name of its figures, and after `aws-waf-logs-` of its log; unique in account and region.
   * @default - made of the construct's path
   */
  readonly name?: string;
  /**
   * Requests that one address may make within five minutes, 10 to 2,000,000,000; more are answered by 429.
   * @default 2000 - a person at a browser stays below 500; a school or an office behind one address fits, a flood does not
   */
  readonly requestsPerFiveMinutes?: number;
  /**
   * Rules that count and do not refuse, by the group they are in: for what people here may rightly send.
   * @default { common: ['SizeRestrictions_BODY'] } - it refuses every body above 8 KB, and articles are longer; the app
   * limits bodies itself
   */
  readonly counted?: { readonly [group in ManagedGroup]?: readonly string[] };
  /**
   * How long its log is kept.
   * @default RetentionDays.THREE_MONTHS - an attack is often looked into weeks later, and the log is short
   */
  readonly logRetention?: RetentionDays;
  /**
   * Key of the log; its policy must let CloudWatch Logs use it.
   * @default - encrypted by a key that CloudWatch Logs owns
   */
  readonly encryptionKey?: IKey;
}

/**
 * About 10 USD a month, 5 for itself and 1 for each rule or group, and 0.60 a million requests.
 * @see ELB.16, WAF.11, WAF.12
 */
export class WebFirewall extends Construct {
  readonly webAcl: CfnWebACL;
  readonly logGroup: LogGroup;

  constructor(scope: Construct, id: string, props: WebFirewallProps) {
    super(scope, id);
    const limit = props.requestsPerFiveMinutes ?? 2000;
    verifyRange(this, {
      prop: 'requestsPerFiveMinutes',
      got: limit,
      from: 10,
      to: 2_000_000_000,
      remedy: 'use the most that people behind one address may ask for',
    });
    const name = props.name ?? Names.uniqueResourceName(this, { maxLength: 100 });
    const counted = props.counted ?? { common: ['SizeRestrictions_BODY'] };

    this.webAcl = new CfnWebACL(this, 'Rules', {
      description: `Before the load balancer of ${name}`,
      scope: 'REGIONAL',
      defaultAction: { allow: {} },
      visibilityConfig: toVisibility(name),
      // In logs and samples alike: who reads a session's cookie is signed in as its owner.
      dataProtectionConfig: {
        dataProtections: [
          { field: { fieldType: 'SINGLE_HEADER', fieldKeys: ['cookie', 'authorization'] }, action: 'SUBSTITUTION' },
        ],
      },
      rules: [
        {
          name: 'RatePerAddress',
          priority: 0,
          statement: { rateBasedStatement: { aggregateKeyType: 'IP', limit, evaluationWindowSec: 300 } },
          // Too Many Requests, not Forbidden: an honest client slows down.
          action: { block: { customResponse: { responseCode: 429 } } },
          visibilityConfig: toVisibility('RatePerAddress'),
        },
        ...(Object.keys(managedGroups) as ManagedGroup[]).map((group, i) => ({
          name: managedGroups[group],
          priority: 1 + i,
          statement: {
            managedRuleGroupStatement: {
              vendorName: 'AWS',
              name: managedGroups[group],
              ruleActionOverrides: counted[group]?.map((rule) => ({ name: rule, actionToUse: { count: {} } })),
            },
          },
          overrideAction: { none: {} },
          visibilityConfig: toVisibility(managedGroups[group]),
        })),
      ],
    });
    new CfnWebACLAssociation(this, 'Association', {
      resourceArn: props.loadBalancer.loadBalancerArn,
      webAclArn: this.webAcl.attrArn,
    });
    this.logGroup = new LogGroup(this, 'Log', {
      // WAF writes to groups of such a name only. It is the fleet's own: one left behind would refuse its next deploy.
      logGroupName: `aws-waf-logs-${name}`,
      retention: props.logRetention ?? RetentionDays.THREE_MONTHS,
      encryptionKey: props.encryptionKey,
      removalPolicy: RemovalPolicy.DESTROY,
    });
    new CfnLoggingConfiguration(this, 'Logging', {
      resourceArn: this.webAcl.attrArn,
      // Made of the name: the ARN that CloudFormation knows ends in `:*`, and WAF wants it without.
      logDestinationConfigs: [
        Stack.of(this).formatArn({
          service: 'logs',
          resource: 'log-group',
          resourceName: this.logGroup.logGroupName,
          arnFormat: ArnFormat.COLON_RESOURCE_NAME,
        }),
      ],
      redactedFields: [{ singleHeader: { Name: 'cookie' } }, { singleHeader: { Name: 'authorization' } }],
      // What was let through is in the load balancer's log.
      loggingFilter: {
        DefaultBehavior: 'DROP',
        Filters: [
          {
            Behavior: 'KEEP',
            Requirement: 'MEETS_ANY',
            Conditions: ['BLOCK', 'COUNT', 'EXCLUDED_AS_COUNT'].map((Action) => ({ ActionCondition: { Action } })),
          },
        ],
      },
    });
  }
}

const toVisibility = (metricName: string): CfnWebACL.VisibilityConfigProperty => ({
  cloudWatchMetricsEnabled: true,
  sampledRequestsEnabled: true,
  metricName,
});
