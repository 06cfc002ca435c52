// Every figure has an alarm that says what to do, and reaches whoever is named.
import { Match } from 'aws-cdk-lib/assertions';
import { Metric } from 'aws-cdk-lib/aws-cloudwatch';
import { Topic } from 'aws-cdk-lib/aws-sns';
import { Alarms } from '../../lib/constructs/alarms';
import type { Figure } from '../../lib/constructs/figure';
import { inStack, propertiesOf, templateOf } from './built';

const figure = (more: Partial<Figure> = {}): Figure => ({
  id: 'Errors',
  title: 'Errors',
  metric: new Metric({ namespace: 'Test', metricName: 'Errors' }),
  threshold: 5,
  whatToDo: 'Look at the log.',
  ...more,
});
const type = 'AWS::CloudWatch::Alarm';

test('a figure alone is bad above its threshold in three of five periods, and wakes nobody', () => {
  const template = templateOf((stack) => new Alarms(stack, 'Alarms', { figures: [figure()] }));
  expect(propertiesOf(template, type)).toEqual({
    AlarmDescription: 'Errors. Look at the log.',
    ComparisonOperator: 'GreaterThanThreshold',
    DatapointsToAlarm: 3,
    EvaluationPeriods: 5,
    MetricName: 'Errors',
    Namespace: 'Test',
    Period: 300,
    Statistic: 'Average',
    Threshold: 5,
    TreatMissingData: 'notBreaching',
  });
});

test('a figure with everything set arrives whole, and tells of bad and of good', () => {
  const template = templateOf((stack) => {
    const topic = new Topic(stack, 'Topic');
    new Alarms(stack, 'Alarms', {
      figures: [figure({ bad: 'below', periods: [2, 2], silenceIsBad: true })],
      topic,
    });
  });
  const topic = [{ Ref: Match.stringLikeRegexp('^Topic') }];
  template.hasResourceProperties(type, {
    ComparisonOperator: 'LessThanThreshold',
    DatapointsToAlarm: 2,
    EvaluationPeriods: 2,
    TreatMissingData: 'breaching',
    AlarmActions: topic,
    OKActions: topic,
  });
});

test('an alarm is found by the id of its figure, and an unknown id is refused', () => {
  inStack((stack) => {
    const alarms = new Alarms(stack, 'Alarms', { figures: [figure(), figure({ id: 'Slow' })] });
    expect(alarms.get('Slow').node.id).toBe('Slow');
    expect(() => alarms.get('Fast')).toThrow('alarms: must be the id of a figure; got: Fast; use Errors, Slow');
  });
});
