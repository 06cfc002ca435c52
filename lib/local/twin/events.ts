// What happened, as it was asked for: RDS and ElastiCache ask alike.
import type { ServiceEvent, ServiceEvents } from '../service-events';
import { AwsError } from './service';

interface Question {
  readonly SourceIdentifier?: string;
  readonly SourceType?: string;
  readonly StartTime?: Date;
  readonly EndTime?: Date;
  /** Minutes. */
  readonly Duration?: number;
}

/** Of those types; the last hour where nothing else is said. */
export function findEvents(events: ServiceEvents, types: readonly string[], question: Question): ServiceEvent[] {
  const { SourceIdentifier, SourceType, StartTime, EndTime, Duration = 60 } = question;
  if (SourceIdentifier !== undefined && SourceType === undefined) {
    throw new AwsError('InvalidParameterCombination', 'SourceType must be given with SourceIdentifier.');
  }
  const until = EndTime?.getTime() ?? Date.now();
  const from = StartTime?.getTime() ?? until - Duration * 60_000;
  return events.all.filter(
    ({ at, source, type }) =>
      types.includes(type) &&
      (SourceType ?? type) === type &&
      (SourceIdentifier ?? source) === source &&
      at.getTime() >= from &&
      at.getTime() <= until,
  );
}
