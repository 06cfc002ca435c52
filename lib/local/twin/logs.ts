// CloudWatch Logs: the lines that clones really wrote, and those of operators.
import * as schemas from '@aws-sdk/client-cloudwatch-logs';
import type { Fleet } from '../fleet';
import type { LogEvent, LogGroup } from '../log-group';
import { account } from '../physical';
import { toPage } from './page';
import { AwsError, type Service } from './service';

function getLogGroup(name: string | undefined, { logGroup }: Fleet): LogGroup {
  if (name === logGroup.name) return logGroup;
  throw new AwsError('ResourceNotFoundException', 'The specified log group does not exist.');
}

function verifyStream(group: LogGroup, name = ''): string {
  if (group.has(name)) return name;
  throw new AwsError('ResourceNotFoundException', 'The specified log stream does not exist.');
}

const arnOf = ({ plan, logGroup }: Fleet): string =>
  `arn:aws:logs:${plan.region}:${account}:log-group:${logGroup.name}`;

/** A term, in quotes or not, with several of them separated by spaces: a line must hold all. */
function toTest(pattern: string | undefined): (event: LogEvent) => boolean {
  if (!pattern) return () => true;
  if (/^[{[?%]|(^|\s)-/.test(pattern)) {
    throw new AwsError('InvalidParameterException', `The local twin filters by plain terms, got: ${pattern}`);
  }
  const terms = [...pattern.matchAll(/"((?:[^"\\]|\\.)*)"|(\S+)/g)].map(([, quoted, plain]) =>
    quoted === undefined ? (plain as string) : quoted.replace(/\\(.)/g, '$1'),
  );
  return ({ message }) => terms.every((term) => message.includes(term));
}

const isBetween =
  (from = 0, to = Number.POSITIVE_INFINITY) =>
  ({ timestamp }: LogEvent) =>
    timestamp >= from && timestamp <= to;

/** As many as AWS gives at once, unless fewer are asked for. */
const mostEvents = 10_000;

export const logs: Service = {
  signingName: 'logs',
  protocol: 'json',
  namespace: 'Logs_20140328',
  schemas,
  wrongTokenCode: 'InvalidParameterException',
  actions: {
    DescribeLogGroups: (input: schemas.DescribeLogGroupsRequest, fleet): schemas.DescribeLogGroupsResponse => {
      const { name, createdAt } = fleet.logGroup;
      const fits = name.startsWith(input.logGroupNamePrefix ?? '') && name.includes(input.logGroupNamePattern ?? '');
      const all = fits
        ? [{ logGroupName: name, creationTime: createdAt, arn: `${arnOf(fleet)}:*`, logGroupArn: arnOf(fleet) }]
        : [];
      const { items, next } = toPage(all, input.limit, input.nextToken);
      return { logGroups: items, nextToken: next };
    },
    DescribeLogStreams: (input: schemas.DescribeLogStreamsRequest, fleet): schemas.DescribeLogStreamsResponse => {
      const group = getLogGroup(input.logGroupName, fleet);
      const wanted = group.streams.filter(({ name }) => name.startsWith(input.logStreamNamePrefix ?? ''));
      const { items, next } = toPage(wanted, input.limit, input.nextToken);
      return {
        logStreams: items.map(({ name, createdAt }) => ({
          ...{ logStreamName: name, creationTime: Math.floor(createdAt) },
          arn: `${arnOf(fleet)}:log-stream:${name}`,
        })),
        nextToken: next,
      };
    },
    CreateLogStream: (input: schemas.CreateLogStreamRequest, fleet): void => {
      const group = getLogGroup(input.logGroupName, fleet);
      const name = input.logStreamName ?? '';
      if (!/^[^:*]{1,512}$/.test(name))
        throw new AwsError('InvalidParameterException', 'The name of the log stream is invalid.');
      if (group.has(name))
        throw new AwsError('ResourceAlreadyExistsException', 'The specified log stream already exists');
      group.create(name);
    },
    PutLogEvents: (input: schemas.PutLogEventsRequest, fleet): schemas.PutLogEventsResponse => {
      const group = getLogGroup(input.logGroupName, fleet);
      const stream = verifyStream(group, input.logStreamName);
      const events = (input.logEvents ?? []).map(({ timestamp = 0, message = '' }) => ({ timestamp, message }));
      group.put(stream, events);
      return { nextSequenceToken: String(events.length) };
    },
    FilterLogEvents: (input: schemas.FilterLogEventsRequest, fleet): schemas.FilterLogEventsResponse => {
      const group = getLogGroup(input.logGroupName, fleet);
      for (const name of input.logStreamNames ?? []) verifyStream(group, name);
      const fits = toTest(input.filterPattern);
      const streams = input.logStreamNamePrefix
        ? group.streams.map(({ name }) => name).filter((name) => name.startsWith(String(input.logStreamNamePrefix)))
        : input.logStreamNames;
      const wanted = group.read(streams).filter(isBetween(input.startTime, input.endTime)).filter(fits);
      const { items, next } = toPage(wanted, Math.min(input.limit ?? mostEvents, mostEvents), input.nextToken);
      return {
        events: items.map(({ stream, timestamp, message, id }) => ({
          ...{ logStreamName: stream, timestamp, message, eventId: id, ingestionTime: timestamp },
        })),
        nextToken: next,
        searchedLogStreams: [],
      };
    },
    GetLogEvents: (input: schemas.GetLogEventsRequest, fleet): schemas.GetLogEventsResponse => {
      const group = getLogGroup(input.logGroupName, fleet);
      const stream = verifyStream(group, input.logStreamName);
      const all = group.read([stream]).filter(isBetween(input.startTime, input.endTime));
      const size = Math.min(input.limit ?? mostEvents, mostEvents);
      const first = input.startFromHead ? 0 : Math.max(0, all.length - size);
      const from = input.nextToken === undefined ? first : Number(input.nextToken.split('/')[1]);
      if (!Number.isInteger(from))
        throw new AwsError('InvalidParameterException', 'The specified nextToken is invalid.');
      const items = all.slice(from, from + size);
      return {
        events: items.map(({ timestamp, message }) => ({ timestamp, message, ingestionTime: timestamp })),
        // At the end it is the one that was given, which is how clients know.
        nextForwardToken: `f/${from + items.length}`,
        nextBackwardToken: `b/${Math.max(0, from - size)}`,
      };
    },
  },
};
