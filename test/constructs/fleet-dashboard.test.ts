// One page: a heading and a graph for each figure, with the line of its alarm.
import { Metric } from 'aws-cdk-lib/aws-cloudwatch';
import type { Figure } from '../../lib/constructs/figure';
import { FleetDashboard } from '../../lib/constructs/fleet-dashboard';
import { propertiesOf, templateOf } from './built';

const figures = ['One', 'Two', 'Three', 'Four', 'Five'].map(
  (id, i): Figure => ({
    id,
    title: `Figure ${id}`,
    metric: new Metric({ namespace: 'Test', metricName: id, region: 'eu-central-1' }),
    threshold: i,
    whatToDo: 'Look.',
  }),
);

const widgets = (): { type: string; y: number; properties: Record<string, unknown> }[] => {
  const template = templateOf(
    (stack) =>
      new FleetDashboard(stack, 'Dashboard', {
        name: 'clonekit-test',
        sections: [
          { title: 'Fleet', figures },
          { title: 'Nothing', figures: [] },
        ],
      }),
  );
  const properties = propertiesOf(template, 'AWS::CloudWatch::Dashboard');
  expect(properties.DashboardName).toBe('clonekit-test');
  const body = properties.DashboardBody as string | { 'Fn::Join': [string, unknown[]] };
  const text =
    typeof body === 'string'
      ? body
      : body['Fn::Join'][1].map((part) => (typeof part === 'string' ? part : 'eu-central-1')).join('');
  return JSON.parse(text).widgets;
};

test('every section has its heading, and every figure its graph with the line of its alarm', () => {
  const all = widgets();
  expect(all.filter(({ type }) => type === 'text').map(({ properties }) => properties.markdown)).toEqual([
    '## Fleet',
    '## Nothing',
  ]);
  const graphs = all.filter(({ type }) => type === 'metric');
  expect(graphs.map(({ properties }) => properties.title)).toEqual(figures.map(({ title }) => title));
  expect(graphs.map(({ properties }) => properties.annotations)).toEqual(
    figures.map(({ threshold }) => ({ horizontal: [{ value: threshold, label: 'alarm', yAxis: 'left' }] })),
  );
});

test('four graphs are in a row', () => {
  const rows = widgets()
    .filter(({ type }) => type === 'metric')
    .map(({ y }) => y);
  expect(new Set(rows.slice(0, 4)).size).toBe(1);
  expect(rows[4]).toBeGreaterThan(rows[0] as number);
});
