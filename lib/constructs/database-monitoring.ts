// What operators see of the MySQL servers: their logs, their load, the figures of their machine, and what happens to them.
import { Duration, type RemovalPolicy } from 'aws-cdk-lib';
import { ManagedPolicy, Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import { LogGroup, RetentionDays } from 'aws-cdk-lib/aws-logs';
import {
  CfnEventSubscription,
  DatabaseInsightsMode,
  type DatabaseInstanceNewProps,
  PerformanceInsightRetention,
} from 'aws-cdk-lib/aws-rds';
import type { ITopic } from 'aws-cdk-lib/aws-sns';
import { Construct, type IConstruct } from 'constructs';
import { acknowledge, toManagedPolicyRule } from './acknowledge';
import { verifyProp } from './prop-rule';

export interface DatabaseMonitoringProps {
  /**
   * Key for logs and Database Insights; its policy must let CloudWatch Logs use it.
   * @default - the account's own key of RDS; logs with CloudWatch's
   */
  readonly encryptionKey?: IKey;
  /**
   * Database Insights: which statements and waits load the servers. `advanced` keeps 15 months and looks at locks and
   * plans, and costs by the vCPU.
   * @default 'standard' - 7 days, free; off on a micro or small class, which cannot
   * @see https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/USER_DatabaseInsights.Engines.html
   */
  readonly insights?: 'standard' | 'advanced';
  /**
   * How long logs are kept.
   * @default RetentionDays.ONE_MONTH - long enough to look into an incident; slow statements may quote what people wrote
   */
  readonly logRetention?: RetentionDays;
  /** What becomes of the logs when they leave the stack. */
  readonly removalPolicy: RemovalPolicy;
}

/**
 * Logs that RDS sends to CloudWatch: all there are. The general log would hold every statement, and what people wrote: it is
 * off, and stays empty until somebody turns it on to look into something. What is then written lies encrypted, and ends.
 */
const logs = { ErrorLog: 'error', SlowLog: 'slowquery', AuditLog: 'audit', GeneralLog: 'general' } as const;

const awsPolicy = 'service-role/AmazonRDSEnhancedMonitoringRole';

/** @see https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/USER_DatabaseInsights.Engines.html */
const isWithoutInsights = (instanceType: string): boolean => /^(t2|t3|t4g)\.(micro|small)$/.test(instanceType);

/** Costs what its logs do, by the GB; `advanced` insights also about 9 USD a month for each virtual processor of a server. */
export class DatabaseMonitoring extends Construct {
  readonly #role: Role;

  constructor(
    scope: Construct,
    id: string,
    private readonly props: DatabaseMonitoringProps,
  ) {
    super(scope, id);
    this.#role = new Role(this, 'Role', {
      description: 'Lets RDS write the figures of the machines',
      assumedBy: new ServicePrincipal('monitoring.rds.amazonaws.com'),
      managedPolicies: [ManagedPolicy.fromAwsManagedPolicyName(awsPolicy)],
    });
    acknowledge(
      this.#role,
      { [toManagedPolicyRule(awsPolicy)]: ['solutions'] },
      'AWS wrote it for this one use: it lets RDS write to log groups whose names begin with RDS, and do nothing else',
    );
  }

  /** How a server of this class is watched; `instanceType` is without `db.`. */
  toWatchedProps(instanceType: string): Partial<DatabaseInstanceNewProps> {
    return {
      cloudwatchLogsExports: Object.values(logs),
      // As fine as the other figures are; finer ones are for looking into one incident, and paid by the GB.
      monitoringInterval: Duration.seconds(60),
      monitoringRole: this.#role,
      ...this.#toInsights(instanceType),
    };
  }

  #toInsights(instanceType: string): Partial<DatabaseInstanceNewProps> {
    const isAdvanced = this.props.insights === 'advanced';
    const isWithout = isWithoutInsights(instanceType);
    verifyProp(this, {
      prop: 'insights',
      holds: !(isWithout && isAdvanced),
      rule: `must be 'standard' on db.${instanceType}, which is too small for more`,
      got: this.props.insights,
      remedy: 'use a larger class, or leave insights out',
    });
    if (isWithout) return { enablePerformanceInsights: false };
    return {
      enablePerformanceInsights: true,
      performanceInsightEncryptionKey: this.props.encryptionKey,
      performanceInsightRetention: isAdvanced
        ? PerformanceInsightRetention.MONTHS_15
        : PerformanceInsightRetention.DEFAULT,
      databaseInsightsMode: isAdvanced ? DatabaseInsightsMode.ADVANCED : DatabaseInsightsMode.STANDARD,
    };
  }

  /** Makes the log groups of a server before the server: RDS would make its own, and keep them for ever, unencrypted. */
  addLogs(server: IConstruct, identifier: string): void {
    for (const [id, log] of Object.entries(logs)) {
      const group = new LogGroup(this, `${server.node.id}${id}`, {
        logGroupName: `/aws/rds/instance/${identifier}/${log}`,
        retention: this.props.logRetention ?? RetentionDays.ONE_MONTH,
        encryptionKey: this.props.encryptionKey,
        removalPolicy: this.props.removalPolicy,
      });
      server.node.addDependency(group);
    }
  }

  /** Lets RDS tell a topic what happens to servers and to their parameters. */
  addEvents(topic: ITopic, identifiers: string[], parameterGroupName: string): void {
    new CfnEventSubscription(this, 'ServerEvents', {
      snsTopicArn: topic.topicArn,
      sourceType: 'db-instance',
      sourceIds: identifiers,
      eventCategories: ['configuration change', 'failover', 'failure', 'low storage', 'maintenance', 'read replica'],
    });
    new CfnEventSubscription(this, 'ParameterEvents', {
      snsTopicArn: topic.topicArn,
      sourceType: 'db-parameter-group',
      sourceIds: [parameterGroupName],
      eventCategories: ['configuration change'],
    });
  }
}
