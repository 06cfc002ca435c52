// Decides where a command works: the fleet that is up here, or AWS.

import { Unreachable } from '../config/operator-error';
import { findFleetFile } from '../local/fleet-file';
import { toHome } from '../local/home';
import { isRunning } from '../local/process-record';
import type { Target } from '../ops/target';
import type { Surroundings, TargetFlags } from './flags';
import { UsageError } from './usage-error';

export function findTarget({ on, stage }: TargetFlags, { project, env }: Surroundings): Target {
  const file = findFleetFile(toHome(project, env).folder);
  const found = file && isRunning(file.supervisor) ? file : undefined;
  // Never AWS unless it was named: a fleet that has just died must not turn a command on it into one on the account.
  if (on === 'aws') {
    verifyEndpoints(env);
    if (stage) return { stage };
    throw new UsageError('--stage must name the stage on AWS, got: none');
  }
  if (!found) {
    throw new Unreachable(
      'no fleet is up here. Start one with: npx clonekit up (or name one on AWS with --on aws --stage prod)',
    );
  }
  if (!found.endpoint) throw new Unreachable('the fleet is still starting. Try again once it is ready');
  if (stage && stage !== found.stage) {
    throw new UsageError(`the fleet that is up here is of stage ${found.stage}, got: --stage ${stage}`);
  }
  const { endpoint, region, operatorKey } = found;
  return { stage: found.stage as Target['stage'], endpoint, region, operatorKey };
}

/** The SDK takes these as they are, and fails on them much later. @throws UsageError */
function verifyEndpoints(env: NodeJS.ProcessEnv): void {
  for (const [name, value] of Object.entries(env)) {
    if (!/^AWS_ENDPOINT_URL(_|$)/.test(name) || !value || /^https?:$/.test(toProtocol(value))) continue;
    throw new UsageError(`${name}: must be a URL of http or https, got: ${value}`);
  }
}

function toProtocol(text: string): string {
  return URL.canParse(text) ? new URL(text).protocol : '';
}
