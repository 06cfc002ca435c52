// One page of a whole fleet: every figure that has an alarm, with the line it must not cross.
import { Duration } from 'aws-cdk-lib';
import { Dashboard, GraphWidget, PeriodOverride, TextWidget } from 'aws-cdk-lib/aws-cloudwatch';
import { Construct } from 'constructs';
import type { Figure } from './figure';

export interface FleetDashboardProps {
  /** Name of the dashboard, unique in the account, whatever the region. */
  readonly name: string;
  /** Headings and what is below each, from top to bottom. */
  readonly sections: readonly { readonly title: string; readonly figures: readonly Figure[] }[];
}

/** CloudWatch lays widgets out on 24 columns. */
const columns = 24;
const graphsInARow = 4;

/** About 3 USD a month; the first three of an account are free. */
export class FleetDashboard extends Construct {
  readonly dashboard: Dashboard;

  constructor(scope: Construct, id: string, { name, sections }: FleetDashboardProps) {
    super(scope, id);
    const toGraph = ({ title, metric, threshold }: Figure): GraphWidget =>
      new GraphWidget({
        title,
        left: [metric],
        leftAnnotations: [{ value: threshold, label: 'alarm' }],
        leftYAxis: { min: 0 },
        width: columns / graphsInARow,
        height: 5,
      });
    this.dashboard = new Dashboard(this, 'Dashboard', {
      dashboardName: name,
      defaultInterval: Duration.hours(3),
      periodOverride: PeriodOverride.AUTO,
      widgets: sections.flatMap(({ title, figures }) => [
        [new TextWidget({ markdown: `## ${title}`, width: columns, height: 1 })],
        ...Array.from({ length: Math.ceil(figures.length / graphsInARow) }, (_, row) =>
          figures.slice(row * graphsInARow, (row + 1) * graphsInARow).map(toGraph),
        ),
      ]),
    });
  }
}
