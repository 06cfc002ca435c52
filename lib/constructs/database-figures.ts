// What is watched of a primary and its replicas.
import { Duration } from 'aws-cdk-lib';
import { MathExpression, Stats } from 'aws-cdk-lib/aws-cloudwatch';
import type { DatabaseInstance, DatabaseInstanceReadReplica } from 'aws-cdk-lib/aws-rds';
import type { Figure } from './figure';

export interface DatabaseFiguresProps {
  readonly primary: DatabaseInstance;
  readonly replicas: readonly DatabaseInstanceReadReplica[];
  /** `max_connections` of every server. */
  readonly maxConnections: number;
  /** Size of the disk at the start, in GiB. */
  readonly storageGiB: number;
}

const period = Duration.minutes(1);
const gib = 2 ** 30;
/** Percent of the disk at the start that must be free: RDS grows it at 10 %, so that below this it did not, or could not. */
const freePercent = 5;
/** Percent of the connections after which clones are refused soon. */
const connectionsPercent = 90;
/** A replica further behind is asked to wait for every reader that has just written. */
const lagSeconds = 30;
const dayInSeconds = 86_400;

export const databaseFigures = (props: DatabaseFiguresProps): Figure[] => {
  const servers = [
    { name: 'Primary', title: 'primary', server: props.primary },
    ...props.replicas.map((server, i) => ({ name: `Replica${i + 1}`, title: `replica ${i + 1}`, server })),
  ];
  return [
    ...props.replicas.map(
      (replica, i): Figure => ({
        id: `Replica${i + 1}Lag`,
        title: `Seconds that replica ${i + 1} is behind`,
        // RDS reports -1 of a replica that does not follow at all.
        metric: new MathExpression({
          expression: `IF(lag < 0, ${dayInSeconds}, lag)`,
          usingMetrics: { lag: replica.metric('ReplicaLag', { period, statistic: Stats.MAXIMUM }) },
          period,
          label: 'lag',
        }),
        threshold: lagSeconds,
        periods: [5, 5],
        silenceIsBad: true,
        whatToDo:
          'Clones read from the primary meanwhile. Look for a long transaction or a large change of a table on the primary.',
      }),
    ),
    ...servers.flatMap(({ name, title, server }): Figure[] => [
      {
        id: `${name}Storage`,
        title: `Free bytes on the disk of the ${title}`,
        metric: server.metric('FreeStorageSpace', { period, statistic: Stats.MINIMUM }),
        threshold: (props.storageGiB * gib * freePercent) / 100,
        bad: 'below',
        // All of them: behind the first figure of a new database are periods without one.
        periods: [5, 5],
        silenceIsBad: true,
        whatToDo:
          'It grows by itself up to database.maxStorageGiB, once in six hours: raise that, then find the table or log that grows.',
      },
      {
        id: `${name}Connections`,
        title: `Connections to the ${title}`,
        metric: server.metric('DatabaseConnections', { period, statistic: Stats.MAXIMUM }),
        threshold: Math.floor((props.maxConnections * connectionsPercent) / 100),
        whatToDo: 'Clones take four fifths at most: look who else connects, then for statements that do not end.',
      },
      {
        id: `${name}Processor`,
        title: `Processor of the ${title}, percent`,
        metric: server.metric('CPUUtilization', { period, statistic: Stats.AVERAGE }),
        threshold: 90,
        periods: [15, 15],
        whatToDo:
          'Find the statement in Database Insights; if there is none to mend, use a larger database.class or another replica.',
      },
    ]),
  ];
};
