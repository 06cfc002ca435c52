// What is watched of the functions that replace passwords: that none of them fails.
import { Duration } from 'aws-cdk-lib';
import { MathExpression, Stats } from 'aws-cdk-lib/aws-cloudwatch';
import type { IFunction } from 'aws-cdk-lib/aws-lambda';
import type { Figure } from './figure';

const period = Duration.minutes(5);

export const rotationFigure = (functions: readonly IFunction[]): Figure => ({
  id: 'Rotation',
  title: 'Passwords that could not be replaced',
  metric: new MathExpression({
    expression: 'SUM(METRICS())',
    usingMetrics: Object.fromEntries(
      functions.map((each, i) => [`function${i + 1}`, each.metricErrors({ period, statistic: Stats.SUM })]),
    ),
    period,
    label: 'errors',
  }),
  threshold: 0,
  periods: [1, 1],
  whatToDo:
    'The password in use stays good. Read the log of the function, mend what it says, then `aws secretsmanager rotate-secret`.',
});
