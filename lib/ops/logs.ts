// `clonekit logs`: what clones say, of one or all, each line with the clone and the release that said it.
import {
  CloudWatchLogsClient,
  type FilteredLogEvent,
  FilterLogEventsCommand,
  ResourceNotFoundException,
} from '@aws-sdk/client-cloudwatch-logs';
import type { Aws } from './aws';
import type { Stage } from './stage';

export interface LogLine {
  /** Id of the clone; `operators` for what people did. */
  readonly clone: string;
  /** Twelve digits of its digest; null where the line does not tell. */
  readonly release: string | null;
  /** ISO 8601, UTC. */
  readonly time: string;
  readonly text: string;
}

export interface LogQuestion {
  /** @default - all */
  readonly streams?: readonly string[];
  /** Milliseconds since 1970. */
  readonly from: number;
  /** Only lines that hold this. @default - every line */
  readonly term?: string;
}

function toLine({ logStreamName = '', timestamp = 0, message = '' }: FilteredLogEvent): LogLine {
  const release = /"release":"([0-9a-f]{12})/.exec(message)?.[1] ?? null;
  return { clone: logStreamName, release, time: new Date(timestamp).toISOString(), text: message.trimEnd() };
}

/** In the order of time, page by page; ends with the last line there is now. */
export async function* readLogs(aws: Aws, { logGroup }: Stage, question: LogQuestion): AsyncGenerator<LogLine[]> {
  const { streams, from, term } = question;
  let nextToken: string | undefined;
  do {
    const question = new FilterLogEventsCommand({
      ...{ logGroupName: logGroup, startTime: from, nextToken },
      ...(streams ? { logStreamNames: [...streams] } : {}),
      // In quotes it is a term, whatever is in it.
      ...(term ? { filterPattern: `"${term.replaceAll('\\', '\\\\').replaceAll('"', '\\"')}"` } : {}),
    });
    // Whoever has said nothing yet has no stream.
    const isSilent = (error: unknown): boolean => streams !== undefined && error instanceof ResourceNotFoundException;
    const page = await aws
      .of(CloudWatchLogsClient)
      .send(question)
      .catch((error) => {
        if (isSilent(error)) return { events: [], nextToken: undefined };
        throw error;
      });
    yield (page.events ?? []).map(toLine);
    nextToken = page.nextToken;
  } while (nextToken);
}
