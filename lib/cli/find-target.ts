// Decides where a command works: the fleet that is up here, or AWS.
import { OperatorError } from '../config/operator-error';
import { findFleetFile, isRunning } from '../local/fleet-file';
import { toHome } from '../local/home';
import type { Target } from '../ops/target';
import type { Surroundings, TargetFlags } from './flags';

export function findTarget({ on, stage }: TargetFlags, { project, env }: Surroundings): Target {
  const file = findFleetFile(toHome(project, env).folder);
  const found = file && isRunning(file.supervisor) ? file : undefined;
  if (on === 'aws' || (on === undefined && !found)) {
    if (stage) return { stage };
    throw new OperatorError(
      on
        ? '--stage must name the stage on AWS, got: none'
        : 'no fleet is up here. Start one with: npx clonekit up (or name one on AWS with --on aws --stage prod)',
    );
  }
  if (!found) throw new OperatorError('no fleet is up here. Start one with: npx clonekit up');
  if (!found.endpoint) throw new OperatorError('the fleet is still starting. Try again once it is ready');
  if (stage && stage !== found.stage) {
    throw new OperatorError(`the fleet that is up here is of stage ${found.stage}, got: --stage ${stage}`);
  }
  return { stage: found.stage as Target['stage'], endpoint: found.endpoint, region: found.region };
}
