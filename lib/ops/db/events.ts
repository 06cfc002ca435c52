// What RDS tells of a database: it says what has happened sooner and more surely than a status that is looked at now and then.
import { DescribeEventsCommand, RDSClient } from '@aws-sdk/client-rds';
import type { Aws } from '../aws';

/** Clocks differ: what AWS dates a little earlier is of what was just begun, too. */
const clockMs = 5000;

/** A moment from which on events are of what is begun now. */
export const fromNow = (): Date => new Date(Date.now() - clockMs);

/** Messages of a database server, the oldest first. */
export async function readMessages(aws: Aws, SourceIdentifier: string, StartTime: Date): Promise<string[]> {
  const question = { SourceIdentifier, SourceType: 'db-instance', StartTime } as const;
  const { Events = [] } = await aws.of(RDSClient).send(new DescribeEventsCommand(question));
  return Events.map(({ Message = '' }) => Message);
}
