// CloudWatch's alarms: those of the templates, their state, and how they came to it.
import type * as schemas from '@aws-sdk/client-cloudwatch';
import type { Alarm, Change } from '../alarms/alarms';
import type { AlarmState } from '../alarms/judge';
import type { Fleet } from '../fleet';
import { account } from '../physical';
import { toPage } from './page';
import { AwsError, type Service } from './service';

const states: readonly string[] = ['OK', 'ALARM', 'INSUFFICIENT_DATA'];

const invalid = (message: string): AwsError => new AwsError('ValidationError', message);

function verifyState(state: string | undefined): void {
  if (state !== undefined && states.includes(state)) return;
  throw invalid(`Value '${state}' at 'stateValue' must satisfy enum value set: [${states.join(', ')}]`);
}

function verifySize(size: number | undefined): number {
  if (size === undefined) return 50;
  if (size >= 1 && size <= 100) return size;
  throw invalid(`Value '${size}' at 'maxRecords' must be between 1 and 100`);
}

function toAlarm({ plan, state, reason, data, updatedAt, changedAt }: Alarm, fleet: Fleet): schemas.MetricAlarm {
  const [query] = plan.queries;
  const stat = query?.MetricStat;
  const isPercentile = stat?.Stat?.startsWith('p');
  return {
    AlarmName: plan.name,
    AlarmArn: `arn:aws:cloudwatch:${fleet.plan.region}:${account}:alarm:${plan.name}`,
    AlarmDescription: plan.description,
    AlarmConfigurationUpdatedTimestamp: fleet.alarms.createdAt,
    // Nobody is told on this machine: there is no topic, whatever the template names.
    ActionsEnabled: true,
    OKActions: [...plan.actions.ok],
    AlarmActions: [...plan.actions.alarm],
    InsufficientDataActions: [],
    StateValue: state,
    StateReason: reason,
    StateReasonData: data,
    StateUpdatedTimestamp: updatedAt,
    StateTransitionedTimestamp: changedAt,
    ...(plan.isExpression
      ? { Metrics: [...plan.queries] }
      : {
          MetricName: stat?.Metric?.MetricName,
          Namespace: stat?.Metric?.Namespace,
          Dimensions: stat?.Metric?.Dimensions,
          Period: plan.periodSeconds,
          ...(isPercentile ? { ExtendedStatistic: stat?.Stat } : { Statistic: stat?.Stat as schemas.Statistic }),
        }),
    EvaluationPeriods: plan.evaluationPeriods,
    DatapointsToAlarm: plan.datapointsToAlarm,
    Threshold: plan.threshold,
    ComparisonOperator: plan.comparison as schemas.ComparisonOperator,
    TreatMissingData: plan.missing,
  };
}

function describeAlarms(input: schemas.DescribeAlarmsInput, fleet: Fleet): schemas.DescribeAlarmsOutput {
  const { AlarmNames: names, AlarmNamePrefix: prefix, StateValue: state, AlarmTypes: types } = input;
  if (names && prefix !== undefined) {
    throw new AwsError('InvalidParameterCombination', 'AlarmNames and AlarmNamePrefix cannot be specified together.');
  }
  if (input.ChildrenOfAlarmName !== undefined || input.ParentsOfAlarmName !== undefined) {
    throw new AwsError('InvalidParameterValue', 'The local twin has no composite alarms.');
  }
  if (state !== undefined) verifyState(state);
  const found = types && !types.includes('MetricAlarm') ? [] : fleet.alarms.all;
  const wanted = found
    .filter(({ plan }) => names === undefined || names.includes(plan.name))
    .filter(({ plan }) => plan.name.startsWith(prefix ?? ''))
    .filter((alarm) => state === undefined || alarm.state === state)
    .filter(({ plan: { actions } }) =>
      [...actions.alarm, ...actions.ok, ''].some((action) => action.startsWith(input.ActionPrefix ?? '')),
    );
  const { items, next } = toPage(wanted, verifySize(input.MaxRecords), input.NextToken);
  return { MetricAlarms: items.map((alarm) => toAlarm(alarm, fleet)), CompositeAlarms: [], NextToken: next };
}

const toState = ({ state, reason, data }: Change['to']): object => ({
  stateValue: state,
  stateReason: reason,
  ...(data !== undefined && { stateReasonData: toJson(data) }),
});

/** Whoever sets a state may give data that is no JSON; then it is kept as it is. */
function toJson(data: string): unknown {
  try {
    return JSON.parse(data);
  } catch {
    return data;
  }
}

const toItem = ({ at, alarm, from, to }: Change): schemas.AlarmHistoryItem => ({
  AlarmName: alarm,
  AlarmType: 'MetricAlarm',
  Timestamp: at,
  HistoryItemType: 'StateUpdate',
  HistorySummary: `Alarm updated from ${from.state} to ${to.state}`,
  HistoryData: JSON.stringify({ version: '1.0', oldState: toState(from), newState: toState(to) }),
});

function describeHistory(
  input: schemas.DescribeAlarmHistoryInput,
  { alarms }: Fleet,
): schemas.DescribeAlarmHistoryOutput {
  const { AlarmName: name, HistoryItemType: type, StartDate, EndDate, ScanBy } = input;
  const isWanted =
    (type === undefined || type === 'StateUpdate') && (input.AlarmTypes?.includes('MetricAlarm') ?? true);
  const found = (isWanted ? alarms.changes : [])
    .filter(({ alarm }) => name === undefined || alarm === name)
    .filter(({ at }) => at >= (StartDate ?? at) && at <= (EndDate ?? at));
  const ordered = ScanBy === 'TimestampAscending' ? found : [...found].reverse();
  const { items, next } = toPage(ordered, verifySize(input.MaxRecords), input.NextToken);
  return { AlarmHistoryItems: items.map(toItem), NextToken: next };
}

function setState(input: schemas.SetAlarmStateInput, { alarms }: Fleet): void {
  const { AlarmName: name = '', StateValue: state, StateReason: reason, StateReasonData: data } = input;
  verifyState(state);
  if (reason === undefined) throw new AwsError('MissingParameter', 'The parameter StateReason is required.');
  if (!alarms.find(name)) throw new AwsError('ResourceNotFound', `Alarm ${name} does not exist`, 404);
  alarms.set(name, state as AlarmState, reason, data);
}

export const alarmActions: Service['actions'] = {
  DescribeAlarms: describeAlarms,
  DescribeAlarmHistory: describeHistory,
  SetAlarmState: setState,
};
