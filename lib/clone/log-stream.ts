// A clone's own stream in its fleet's log group, in CloudWatch Logs.
import {
  CloudWatchLogsClient,
  type CloudWatchLogsClientConfig,
  CreateLogStreamCommand,
  PutLogEventsCommand,
  type RejectedLogEventsInfo,
} from '@aws-sdk/client-cloudwatch-logs';
import type { LogEvent } from './log-event';

export interface LogStreamOptions {
  readonly group: string;
  /** The instance id. */
  readonly stream: string;
  /** @default - region, credentials and endpoint from where the SDK finds them */
  readonly client?: CloudWatchLogsClientConfig;
}

/** Each call once: who calls waits longer each time, and does not wait at a clone's end. */
const patience: CloudWatchLogsClientConfig = {
  maxAttempts: 1,
  requestHandler: { connectionTimeout: 3000, requestTimeout: 10_000 },
};

/** AWS would say the same of these events again and again. */
const isRefusal = ({ name }: Error): boolean => name === 'InvalidParameterException';

export class LogStream {
  readonly #client: CloudWatchLogsClient;
  #isThere = false;

  constructor(private readonly options: LogStreamOptions) {
    this.#client = new CloudWatchLogsClient({ ...patience, ...options.client });
  }

  /**
   * Writes events that make one batch; the stream is made when it is not there.
   * @returns why AWS has not taken some of them, or any, and never will; undefined when it has taken all
   * @throws what the SDK throws, when the same events may be taken another time
   */
  async put(events: readonly LogEvent[], abortSignal: AbortSignal): Promise<string | undefined> {
    if (!this.#isThere) await this.#create(abortSignal);
    const command = new PutLogEventsCommand({
      logGroupName: this.options.group,
      logStreamName: this.options.stream,
      logEvents: events.map(({ timestamp, message }) => ({ timestamp, message })),
    });
    try {
      const { rejectedLogEventsInfo } = await this.#client.send(command, { abortSignal });
      return (rejectedLogEventsInfo && toReason(rejectedLogEventsInfo)) || undefined;
    } catch (error) {
      if (isRefusal(error as Error)) return (error as Error).message;
      // Somebody removed it.
      if ((error as Error).name === 'ResourceNotFoundException') this.#isThere = false;
      throw error;
    }
  }

  close(): void {
    this.#client.destroy();
  }

  async #create(abortSignal: AbortSignal): Promise<void> {
    const { group, stream } = this.options;
    const command = new CreateLogStreamCommand({ logGroupName: group, logStreamName: stream });
    try {
      await this.#client.send(command, { abortSignal });
    } catch (error) {
      if ((error as Error).name !== 'ResourceAlreadyExistsException') throw error;
    }
    this.#isThere = true;
  }
}

/** In AWS's own words: times too far from now, or older than what the group keeps. */
const toReason = (info: RejectedLogEventsInfo): string =>
  Object.entries(info)
    .filter(([, index]) => index !== undefined)
    .map(([what]) => what)
    .join(', ');
