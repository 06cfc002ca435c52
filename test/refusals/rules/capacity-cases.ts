// What is refused of how many clones there may be while they roll, at its edges.
import {
  type Cases,
  databaseParameters,
  fleet,
  group,
  instance,
  ref,
  refresh,
  type Stacks,
  stackOf,
  subnet,
} from './templates';

const sized = (MinSize: string, MaxSize: string, preferences?: Record<string, unknown>): Stacks =>
  stackOf(fleet({ properties: { MinSize, MaxSize }, UpdatePolicy: refresh(preferences) }));

const roomTold = (path: string, must: string, got: number): string =>
  `Group: ${path} ${must}, or a roll takes clones away before it has new ones, and load finds fewer than the fewest; got: ${got}`;

const percent = 'UpdatePolicy.AutoScalingInstanceRefresh.Preferences.MaxHealthyPercentage';

/** 4 clones, 6 while they roll: 6 × 5 + 10 = 40 connections, 80 % of 50. */
const connections = (limit: unknown, poolSize: unknown = '5'): Stacks => ({
  Fleet: {
    Resources: fleet({
      variables: { CLONEKIT_POOL_SIZE: poolSize, CLONEKIT_PRIMARY: { 'Fn::ImportValue': 'Data:Endpoint' } },
    }),
  },
  Data: {
    Resources: {
      Primary: instance({ DBParameterGroupName: ref('Parameters') }),
      Other: instance({ DBParameterGroupName: ref('Small') }),
      Parameters: databaseParameters({ max_connections: limit }),
      Small: databaseParameters({ max_connections: '1' }),
    },
    Outputs: {
      Endpoint: { Value: { 'Fn::GetAtt': ['Primary', 'Endpoint.Address'] }, Export: { Name: 'Data:Endpoint' } },
    },
  },
});

/** The same resources under other ids, with the references between them. */
const another = (resources: object): object =>
  JSON.parse(JSON.stringify(resources).replace(/"(Balancer|Listener|Targets|Template|Group)"/g, '"Second$1"'));

/** A second fleet over the same database: 6 × 5 connections more. */
const shared = (limit: unknown): Stacks => {
  const { Fleet, Data } = connections(limit);
  const Resources = { ...Fleet?.Resources, ...another(Fleet?.Resources ?? {}) };
  return { Fleet: { ...Fleet, Resources }, Data } as Stacks;
};

/** A subnet of /28 has 11 addresses to give; without a policy no more clones exist than MaxSize. */
const inSubnets = (MaxSize: string, other: unknown): Stacks => ({
  Fleet: {
    Resources: fleet({
      UpdatePolicy: {},
      properties: {
        MaxSize,
        VPCZoneIdentifier: [{ 'Fn::ImportValue': 'Network:A' }, { 'Fn::ImportValue': 'Network:B' }],
      },
    }),
  },
  Network: {
    Resources: { A: subnet('10.0.0.0/28'), B: subnet(other) },
    Outputs: {
      A: { Value: ref('A'), Export: { Name: 'Network:A' } },
      B: { Value: ref('B'), Export: { Name: 'Network:B' } },
    },
  },
});

export const capacityCases: Cases = {
  'no-headroom': [
    ['one more than the fewest', sized('2', '3', { MinHealthyPercentage: 100, MaxHealthyPercentage: 150 })],
    ['few percent of many', sized('10', '20')],
    [
      'percents that the group says for all its replacements',
      stackOf(
        fleet({
          properties: { InstanceMaintenancePolicy: { MinHealthyPercentage: 100, MaxHealthyPercentage: 150 } },
          UpdatePolicy: refresh(),
        }),
      ),
    ],
    ['clones that may go first', sized('10', '20', { MinHealthyPercentage: 90, MaxHealthyPercentage: 100 })],
    ['sizes that a deploy decides', stackOf(fleet({ properties: { MinSize: ref('Size'), MaxSize: ref('Size') } }))],
    ['a machine behind no load balancer', stackOf({ Group: group({ MinSize: '1', MaxSize: '1' }) })],
    [
      'no more than the fewest',
      sized('2', '2', { MinHealthyPercentage: 100, MaxHealthyPercentage: 150 }),
      roomTold('Properties.MaxSize', 'must be above MinSize (2)', 2),
    ],
    [
      'a percent too few',
      sized('2', '4', { MinHealthyPercentage: 100, MaxHealthyPercentage: 149 }),
      roomTold(percent, 'must be 150 or more to launch a whole clone beside 2', 149),
    ],
    [
      'the default of few',
      sized('9', '18'),
      roomTold(percent, 'must be 112 or more to launch a whole clone beside 9', 110),
    ],
  ],
  'surge-above-max-connections': [
    ['just enough', connections('50')],
    ['a limit that RDS computes', connections('{DBInstanceClassMemory/12582880}')],
    ['a pool that a deploy decides', connections('1', ref('PoolSize'))],
    [
      'one too few',
      connections('49'),
      'Primary: Properties.DBParameterGroupName must have max_connections of 50 or more for 6 clones of 5 and 10 more, or ' +
        'the database turns clones away in the middle of a roll (error 1040); got: 49',
    ],
    ['just enough for two fleets that share it', shared('88')],
    [
      'one too few for two fleets that share it',
      shared('87'),
      'Primary: Properties.DBParameterGroupName must have max_connections of 88 or more for 6 clones of 5, 6 clones of 5 and ' +
        '10 more, or the database turns clones away in the middle of a roll (error 1040); got: 87',
    ],
  ],
  'surge-above-subnet-addresses': [
    ['just enough', inSubnets('22', '10.0.0.16/28')],
    ['a range that a deploy decides', inSubnets('100', ref('Range'))],
    [
      'one clone too many',
      inSubnets('23', '10.0.0.16/28'),
      'Group: Properties.VPCZoneIdentifier must have 23 free addresses, one per clone of a roll, or a roll stops half way, ' +
        'for new clones get no address; got: 22',
    ],
  ],
};
