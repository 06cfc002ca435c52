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
  find: (view) =>
    listFleets(view).flatMap((fleet) => {
      const pool = fleet.environmentNumber(cloneEnv.poolSize);
      if (fleet.surge === undefined || pool === undefined) return [];
      const needed = fleet.surge * pool + reserved;
      return toldOf(fleet, 'AWS::RDS::DBInstance').flatMap((at) => {
        const [parameters] = at.mentioned('Properties.DBParameterGroupName', 'AWS::RDS::DBParameterGroup');
        const limit = parameters?.number('Properties.Parameters.max_connections');
        if (limit === undefined || needed <= limit * share) return [];
        const path = 'Properties.DBParameterGroupName';
        const sum = `${fleet.surge} clones of ${pool} and ${reserved} more`;
        return [
          {
            at,
            path,
            must: `must have max_connections of ${Math.ceil(needed / share)} or more for ${sum}`,
            got: limit,
          },
        ];
      });
    }),
};
