// The times of a stage's clones for people to read: each with the number it follows from.
import { derive } from './derived';
import type { StageConfig } from './stage-config';

/** Rows of what, how long, and why; the first is the one number all others follow from. */
export const toReadinessTable = (config: StageConfig): [string, string, string][] => {
  const times = derive(config);
  const { intervalSeconds, timeoutSeconds, healthyThreshold, unhealthyThreshold } = times.healthCheck;
  const { checkpoints, checkpointSeconds, bakeSeconds } = config.clones.roll;
  const seconds = (value: number): string => `${value} s`;
  const minutes = (value: number): string => `${Math.ceil(value / 60)} min`;
  return [
    ['clones.readyWithinSeconds', seconds(times.readyWithinSeconds), `config of ${config.stage}`],
    ['launch hook', seconds(times.readyWithinSeconds), 'a clone that is not ready by then is abandoned'],
    ['health check', `every ${intervalSeconds} s, ${timeoutSeconds} s each`, 'an eighteenth of it, 5 to 30 s'],
    ['healthy after', seconds(times.healthySeconds), `${healthyThreshold} passes and a slow answer`],
    ['unhealthy after', seconds(times.drainSeconds), `${unhealthyThreshold} failures and a slow answer`],
    ['grace', seconds(times.graceSeconds), 'healthy, and 30 s for the load balancer'],
    ['warm-up', seconds(times.warmUpSeconds), 'healthy'],
    ['deregistration', seconds(times.deregistrationSeconds), 'a sixth of it, 5 to 60 s'],
    ['drain', seconds(times.drainSeconds), 'until the load balancer has seen it fail'],
    ['stop', seconds(times.stopSeconds), 'drain, deregistration and 5 s'],
    ['stop hook', seconds(times.stopHookSeconds), 'stop, and 15 s to hear of it and to say that it is done'],
    [
      'idle connection',
      `${times.idleTimeoutSeconds} s, clone ${times.keepAliveSeconds} s`,
      'the clone outlives the load balancer',
    ],
    [
      'connections of a clone',
      `${times.poolSize} to each server`,
      `${times.surge} clones at most, max_connections ${times.maxConnections}`,
    ],
    [
      'roll at most',
      `${minutes(times.rollSeconds.atMin)}, ${minutes(times.rollSeconds.atMax)} at ${config.clones.max}`,
      `up to ${times.rollMaxPercent} % of the clones at once, ${checkpoints.length} checkpoints of ${checkpointSeconds} s, bake ${bakeSeconds} s`,
    ],
  ];
};
