// What synth prints of a stage's times: a row for each, from the one number.
import { toReadinessTable } from '../../lib/config/readiness-table';
import type { StageConfig } from '../../lib/config/stage-config';
import { getStages } from '../../lib/config/stages';

test('the times of prod are these', () => {
  expect(toReadinessTable(getStages('prod')[0] as StageConfig).map(([what, value]) => `${what}: ${value}`)).toEqual([
    'clones.readyWithinSeconds: 180 s',
    'launch hook: 180 s',
    'health check: every 10 s, 5 s each',
    'healthy after: 25 s',
    'unhealthy after: 25 s',
    'grace: 55 s',
    'warm-up: 25 s',
    'deregistration: 30 s',
    'drain: 25 s',
    'stop: 60 s',
    'stop hook: 75 s',
    'idle connection: 60 s, clone 72 s',
    'connections of a clone: 10 to each server',
    'roll at most: 40 min, 40 min at 12',
  ]);
});
