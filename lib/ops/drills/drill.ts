// A fault that is injected on purpose: what it is, what people may notice of it, and how it is undone.
import type { Aws } from '../aws';
import type { ProbeReport } from '../probe/probe';
import type { Stage } from '../stage';

/** Most that people may notice. */
export interface Allowed {
  readonly sessionsLost: number;
  /** 5xx and requests without an answer, in percent of all requests. */
  readonly failedPercent: number;
  readonly staleReads: number;
}

export interface Fault {
  /** What it touches, a line each; told before anything is. */
  readonly touches: readonly string[];
  readonly inject: () => Promise<void>;
  /** Waits until the fleet has healed by itself. @throws when it does not in time */
  readonly heal: (tell: (news: string) => void) => Promise<void>;
  /** Puts back what does not heal by itself; called whatever happened, once it was injected. */
  readonly undo: () => Promise<void>;
}

export interface Drill {
  readonly name: string;
  /** What must hold. */
  readonly promise: string;
  readonly allowed: Allowed;
  /** Looks at the stage. @throws OperatorError where it cannot be done there */
  readonly plan: (aws: Aws, stage: Stage) => Promise<Fault>;
}

export const toFailedPercent = ({ requests, serverErrors, unanswered }: ProbeReport): number =>
  requests === 0 ? 100 : (100 * (serverErrors + unanswered)) / requests;

/** What people noticed beyond that, a line each. */
export function listBroken(report: ProbeReport, { sessionsLost, failedPercent, staleReads }: Allowed): string[] {
  const failed = toFailedPercent(report);
  return [
    ...(report.sessionsLost > sessionsLost
      ? [`${report.sessionsLost} sessions lost, at most ${sessionsLost} allowed`]
      : []),
    ...(failed > failedPercent
      ? [`${failed.toFixed(2)} % of requests failed, at most ${failedPercent} % allowed`]
      : []),
    ...(report.staleReads > staleReads ? [`${report.staleReads} stale reads, at most ${staleReads} allowed`] : []),
  ];
}
