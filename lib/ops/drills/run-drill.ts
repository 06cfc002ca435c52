// Runs a drill: people first, then the fault, then everything back; and what came of it, as evidence.
import type { Aws } from '../aws';
import { pause } from '../poll';
import { Probe, type ProbeReport } from '../probe/probe';
import type { Stage } from '../stage';
import { type Allowed, type Drill, type Fault, listBroken } from './drill';

export interface Evidence {
  readonly drill: string;
  readonly stage: string;
  /** The endpoint of a fleet on one machine, or AWS. */
  readonly where: string;
  readonly release: string;
  readonly promise: string;
  readonly injected: readonly string[];
  readonly allowed: Allowed;
  /** ISO 8601, UTC. */
  readonly began: string;
  readonly ended: string;
  /** What happened, with seconds since it began. */
  readonly timeline: readonly { readonly seconds: number; readonly what: string }[];
  readonly probe: ProbeReport;
  readonly passed: boolean;
  /** Why it did not pass. */
  readonly broken: readonly string[];
}

/** People are at it before the fault, and a while after it is over. */
const quietSeconds = ({ target }: Aws): number => (target.endpoint ? 2 : 30);

export async function runDrill(
  aws: Aws,
  stage: Stage,
  { name, promise, allowed }: Drill,
  fault: Fault,
  tell: (news: string) => void,
): Promise<Evidence> {
  const start = Date.now();
  const timeline: { seconds: number; what: string }[] = [];
  const note = (what: string): void => {
    tell(what);
    if (timeline.at(-1)?.what !== what) timeline.push({ seconds: Math.round((Date.now() - start) / 100) / 10, what });
  };
  const broken: string[] = [];
  const attempt = async (what: string, work: () => Promise<void>): Promise<boolean> => {
    try {
      note(`${what}: begins`);
      await work();
      note(`${what}: done`);
      return true;
    } catch (error) {
      note(`${what}: failed`);
      broken.push(`${what}: ${(error as Error).message}`);
      return false;
    }
  };
  const probe = await Probe.start(stage.url);
  let report: ProbeReport | undefined;
  try {
    await pause(aws, quietSeconds(aws));
    if (await attempt('inject', fault.inject)) await attempt('heal', () => fault.heal(note));
  } catch (error) {
    broken.push((error as Error).message);
  } finally {
    // Whoever does not want to wait for the end of it still wants it undone.
    aws.goOn();
    await attempt('undo', fault.undo);
    await pause(aws, quietSeconds(aws)).catch(() => {});
    report = await probe.stop();
  }
  broken.push(...listBroken(report, allowed));
  return {
    ...{ drill: name, stage: stage.name, where: aws.target.endpoint ?? 'AWS', release: stage.release, promise },
    ...{ injected: fault.touches, allowed, began: new Date(start).toISOString(), ended: new Date().toISOString() },
    ...{ timeline, probe: report, passed: broken.length === 0, broken },
  };
}
