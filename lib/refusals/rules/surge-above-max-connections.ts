// More clones, while they roll, than the database takes connections from.
import { cloneEnv } from '../../config/names';
import { listFleets, toldOf } from '../fleet';
import type { Refusal } from '../refusal';

/** For operators, rotation and monitoring; and the share of all that may be in use, for a storm has peaks. */
const reserved = 10;
const share = 0.8;

export const surgeAboveMaxConnections: Refusal = {
  name: 'surge-above-max-connections',
  prevents: 'the database turns clones away in the middle of a roll (error 1040)',
  remedy: 'lower the size of the pool or of the group, or raise max_connections with the memory for it',
  find: (view) => {
    const told = listFleets(view).flatMap((fleet) => {
      const pool = fleet.environmentNumber(cloneEnv.poolSize);
      if (fleet.surge === undefined || pool === undefined) return [];
      const clones = { surge: fleet.surge, pool };
      return [...new Set(toldOf(fleet, 'AWS::RDS::DBInstance'))].map((at) => ({ at, clones }));
    });
    // Fleets that share a database share its connections.
    return [...new Set(told.map(({ at }) => at))].flatMap((at) => {
      const fleets = told.filter((each) => each.at === at).map(({ clones }) => clones);
      const needed = fleets.reduce((sum, { surge, pool }) => sum + surge * pool, reserved);
      const [parameters] = at.mentioned('Properties.DBParameterGroupName', 'AWS::RDS::DBParameterGroup');
      const limit = parameters?.number('Properties.Parameters.max_connections');
      if (limit === undefined || needed <= limit * share) return [];
      const each = fleets.map(({ surge, pool }) => `${surge} clones of ${pool}`).join(', ');
      const must = `must have max_connections of ${Math.ceil(needed / share)} or more for ${each} and ${reserved} more`;
      return [{ at, path: 'Properties.DBParameterGroupName', must, got: limit }];
    });
  },
};
