// What was done to a stage, a line each, beside what its clones say.
import {
  CloudWatchLogsClient,
  CreateLogStreamCommand,
  PutLogEventsCommand,
  ResourceAlreadyExistsException,
} from '@aws-sdk/client-cloudwatch-logs';
import type { Aws } from './aws';
import type { Stage } from './stage';

/** The stream of operators in the log group of the clones. */
export const auditStream = 'operators';

export interface AuditLine {
  readonly who: string;
  /** The verb and what it touches. */
  readonly what: string;
  /** `begins`, what came out, or how it failed. */
  readonly result: string;
}

export async function writeAudit(aws: Aws, { name, logGroup }: Stage, line: AuditLine): Promise<void> {
  const logs = aws.of(CloudWatchLogsClient);
  const of = { logGroupName: logGroup, logStreamName: auditStream };
  try {
    await logs.send(new CreateLogStreamCommand(of));
  } catch (error) {
    if (!(error instanceof ResourceAlreadyExistsException)) throw error;
  }
  const timestamp = Date.now();
  const message = JSON.stringify({
    program: 'clonekit',
    stage: name,
    time: new Date(timestamp).toISOString(),
    ...line,
  });
  await logs.send(new PutLogEventsCommand({ ...of, logEvents: [{ timestamp, message }] }));
}
