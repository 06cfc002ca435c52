// An alarm for each figure of a list; its description says what to do.
import { Alarm, ComparisonOperator, TreatMissingData } from 'aws-cdk-lib/aws-cloudwatch';
import { SnsAction } from 'aws-cdk-lib/aws-cloudwatch-actions';
import type { ITopic } from 'aws-cdk-lib/aws-sns';
import { Construct } from 'constructs';
import type { Figure } from './figure';

export interface AlarmsProps {
  readonly figures: readonly Figure[];
  /**
   * Who is told when a figure turns bad, and when it is good again.
   * @default - nobody: the alarms are seen on the dashboard and stop a roll, and wake no one
   */
  readonly topic?: ITopic;
}

/** An alarm costs 0.10 USD a month for each metric it looks at; a figure that is calculated looks at several. */
export class Alarms extends Construct {
  readonly #alarms = new Map<string, Alarm>();

  constructor(scope: Construct, id: string, { figures, topic }: AlarmsProps) {
    super(scope, id);
    for (const figure of figures) {
      const [bad, of] = figure.periods ?? [3, 5];
      const alarm = new Alarm(this, figure.id, {
        alarmDescription: `${figure.title}. ${figure.whatToDo}`,
        metric: figure.metric,
        threshold: figure.threshold,
        comparisonOperator:
          figure.bad === 'below' ? ComparisonOperator.LESS_THAN_THRESHOLD : ComparisonOperator.GREATER_THAN_THRESHOLD,
        evaluationPeriods: of,
        datapointsToAlarm: bad,
        treatMissingData: figure.silenceIsBad ? TreatMissingData.BREACHING : TreatMissingData.NOT_BREACHING,
      });
      if (topic) {
        alarm.addAlarmAction(new SnsAction(topic));
        alarm.addOkAction(new SnsAction(topic));
      }
      this.#alarms.set(figure.id, alarm);
    }
  }

  /** The alarm of a figure. @throws Error when no figure has this id */
  get(id: string): Alarm {
    const alarm = this.#alarms.get(id);
    if (!alarm)
      throw new Error(`alarms: must be the id of a figure; got: ${id}; use ${[...this.#alarms.keys()].join(', ')}`);
    return alarm;
  }
}
