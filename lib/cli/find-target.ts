// Decides where a command works: the fleet that is up here, or AWS.
import { OperatorError } from '../config/operator-error';
import { findFleetFile } from '../local/fleet-file';
import { toHome } from '../local/home';
import { isRunning } from '../local/process-record';
import type { Target } from '../ops/target';
import type { Surroundings, TargetFlags } from './flags';

export function findTarget({ on, stage }: TargetFlags, { project, env }: Surroundings): Target {
  const file = findFleetFile(toHome(project, env).folder);
  const found = file && isRunning(file.supervisor) ? file : undefined;
  // Never AWS unless it was named: a fleet that has just died must not turn a command on it into one on the account.
  if (on === 'aws') {
    if (stage) return { stage };
    throw new OperatorError('--stage must name the stage on AWS, got: none');
  }
  if (!found) {
    throw new OperatorError(
      'no fleet is up here. Start one with: npx clonekit up (or name one on AWS with --on aws --stage prod)',
    );
  }
  if (!found.endpoint) throw new OperatorError('the fleet is still starting. Try again once it is ready');
  if (stage && stage !== found.stage) {
    throw new OperatorError(`the fleet that is up here is of stage ${found.stage}, got: --stage ${stage}`);
  }
  const { endpoint, region, operatorKey } = found;
  return { stage: found.stage as Target['stage'], endpoint, region, operatorKey };
}
