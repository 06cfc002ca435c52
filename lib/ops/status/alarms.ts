// The alarms of a stage that are not fine.
import { CloudWatchClient, paginateDescribeAlarms } from '@aws-sdk/client-cloudwatch';
import { product } from '../../config/names';
import type { Aws } from '../aws';

export interface AlarmStatus {
  readonly name: string;
  /** ALARM or INSUFFICIENT_DATA. */
  readonly state: string;
  readonly reason: string | null;
  /** ISO 8601, UTC: since when. */
  readonly since: string | null;
}

export interface AlarmsStatus {
  readonly total: number;
  readonly ok: number;
  /** Those in ALARM. */
  readonly alarms: readonly AlarmStatus[];
  /** How many have too little data to tell. */
  readonly insufficientData: number;
}

/** CloudFormation begins their names with that of their stack. */
export async function readAlarms(aws: Aws): Promise<AlarmsStatus> {
  const pages = paginateDescribeAlarms(
    { client: aws.of(CloudWatchClient), pageSize: 100 },
    { AlarmNamePrefix: `${product}-${aws.target.stage}-` },
  );
  const all: AlarmStatus[] = [];
  for await (const { MetricAlarms = [], CompositeAlarms = [] } of pages) {
    for (const one of [...MetricAlarms, ...CompositeAlarms]) {
      all.push({
        name: one.AlarmName ?? '',
        state: one.StateValue ?? 'INSUFFICIENT_DATA',
        reason: one.StateReason ?? null,
        since: one.StateUpdatedTimestamp?.toISOString() ?? null,
      });
    }
  }
  const count = (state: string): number => all.filter((one) => one.state === state).length;
  return {
    total: all.length,
    ok: count('OK'),
    alarms: all.filter(({ state }) => state === 'ALARM'),
    insufficientData: count('INSUFFICIENT_DATA'),
  };
}
