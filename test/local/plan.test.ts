// What a stage declares is what would run here, and what a template lacks is told by name.
import { cloneEnv } from '../../lib/config/names';
import type { StageConfig } from '../../lib/config/stage-config';
import { getStages } from '../../lib/config/stages';
import { type FleetPlan, toPlan } from '../../lib/local/plan';
import { toEnvironment } from '../../lib/local/plan/clone-env';
import { toSecretReference } from '../../lib/local/plan/secret-reference';
import { planWith, toTemplates } from './planned';

describe('the plan follows the config, through the template', () => {
  const changes: [string, (config: StageConfig) => void, (plan: FleetPlan) => unknown, unknown][] = [
    [
      'clones',
      (config) => Object.assign(config.clones, { min: 3, max: 7 }),
      ({ group }) => [group.min, group.max],
      [3, 7],
    ],
    [
      'replicas',
      (config) => Object.assign(config.database, { replicas: [{}, {}, {}] }),
      ({ replicas }) => replicas.length,
      3,
    ],
    ['no replica', (config) => Object.assign(config.database, { replicas: [] }), ({ replicas }) => replicas.length, 0],
    [
      'health check',
      (config) => Object.assign(config.clones, { readyWithinSeconds: 180 }),
      ({ targetGroup }) => targetGroup.healthCheck,
      {
        path: '/-/live',
        intervalSeconds: 10,
        timeoutSeconds: 5,
        healthyThreshold: 2,
        unhealthyThreshold: 2,
        matcher: '200',
      },
    ],
    [
      'deregistration delay',
      (config) => Object.assign(config.clones, { readyWithinSeconds: 180 }),
      ({ targetGroup }) => targetGroup.deregistrationSeconds,
      30,
    ],
    [
      'algorithm',
      (config) => Object.assign(config, { algorithm: 'weighted_random' }),
      ({ targetGroup }) => targetGroup.algorithm,
      'weighted_random',
    ],
    [
      'the times of a clone',
      (config) => Object.assign(config.clones, { readyWithinSeconds: 180 }),
      (plan) => {
        const env = toEnvironment(plan.toUserData(everywhere(plan)));
        return [env[cloneEnv.drainSeconds], env[cloneEnv.stopSeconds], plan.group.launchHook?.timeoutSeconds];
      },
      ['25', '60', 180],
    ],
    [
      'eviction policy',
      (config) => Object.assign(config.objects, { evictionPolicy: 'allkeys-lfu' }),
      ({ caches }) => caches.map(({ policy }) => policy),
      ['noeviction', 'allkeys-lfu'],
    ],
    [
      'objects in Memcached',
      (config) => Object.assign(config, { objects: { engine: 'memcached', nodeType: 'cache.t4g.micro' } }),
      (plan) => [
        plan.caches.map(({ engine, users }) => [engine, users.length]),
        toEnvironment(plan.toUserData(everywhere(plan)))[cloneEnv.objectsEngine],
      ],
      [
        [
          ['valkey', 2],
          ['memcached', 0],
        ],
        'memcached',
      ],
    ],
    [
      'memory',
      (config) => Object.assign(config.objects, { nodeType: 'cache.t4g.small' }),
      ({ caches }) => caches.map(({ maxMemoryBytes }) => maxMemoryBytes),
      // Three quarters of what AWS publishes: a quarter is reserved.
      [402_653_184, 1_103_269_724],
    ],
  ];

  test.each(changes)('%s', (_, change, read, expected) => {
    expect(read(planWith(change))).toEqual(expected);
    expect(read(planWith())).not.toEqual(expected);
  });
});

const everywhere = (plan: FleetPlan) =>
  new Map(
    [plan.loadBalancer, ...plan.caches, plan.primary, ...plan.replicas].map(({ key }, index) => [
      key,
      { host: '127.0.0.1', port: 1000 + index },
    ]),
  );

describe('the plan of dev', () => {
  const plan = planWith();

  test('a clone is told where everything listens on this machine, and no secret', () => {
    const env = toEnvironment(plan.toUserData(everywhere(plan)));
    expect(env).toMatchObject({
      [cloneEnv.sessions]: '127.0.0.1:1001',
      [cloneEnv.objects]: '127.0.0.1:1002',
      [cloneEnv.primary]: '127.0.0.1:1003',
      [cloneEnv.replicas]: '127.0.0.1:1004',
      [cloneEnv.pictures]: plan.pictures.name,
      [cloneEnv.databaseSecret]: (plan.databaseUsers[0] ?? plan.primary).secretArn,
      AWS_REGION: 'eu-central-1',
    });
    expect(Object.keys(env)).toEqual(expect.not.arrayContaining([expect.stringMatching(/password/i)]));
  });

  test('the clones carry the release of the stack as a tag', () => {
    expect(plan.group.tags).toMatchObject({ 'clonekit:release': plan.release, 'clonekit:stage': 'dev' });
  });

  test('the users of the caches and the passwords they have are the template’s', () => {
    expect(plan.caches[0]?.users.map(({ name, access }) => [name, access.split(' ')[0]])).toEqual([
      ['clonekit-dev-data-app', 'on'],
      ['default', 'off'],
    ]);
    const arns = plan.secrets.map(({ arn }) => arn);
    expect(arns).toContain(plan.caches[0]?.users[0]?.password?.secretArn);
    expect(arns).toContain(plan.primary.secretArn);
  });

  test('the bucket of pictures is the template’s, by a name that a bucket can have', () => {
    expect(plan.pictures.name).toMatch(/^clonekit-dev-data-pictures[a-z0-9-]{1,37}$/);
  });

  test('a launch hook gives a clone the time to become ready', () => {
    expect(plan.group.launchHook).toEqual({ name: 'ready', timeoutSeconds: 60, defaultResult: 'ABANDON' });
  });

  test('a stop hook gives it the time to leave', () => {
    expect(plan.group.stopHook).toEqual({ name: 'stop', timeoutSeconds: 42, defaultResult: 'CONTINUE' });
  });
});

test.each(getStages().map((config) => [config.stage, config] as const))(
  'every stage has a plan: %s',
  (stage, config) => {
    const plan = toPlan(stage, config.region, toTemplates(config));
    expect(plan.group).toMatchObject({ min: config.clones.min, max: config.clones.max });
    expect(plan.replicas).toHaveLength(config.database.replicas.length);
    expect(new Set(plan.group.zones).size).toBe(config.zones.length);
  },
);

describe('a template that lacks what a fleet needs is refused by name', () => {
  const config = getStages('dev')[0] as StageConfig;
  const broken = (
    change: (resources: Record<string, { Type: string; Properties: Record<string, unknown> }>) => void,
  ) => {
    const templates = structuredClone(toTemplates(config));
    for (const { Resources } of Object.values(templates)) change(Resources as never);
    return () => toPlan('dev', config.region, templates);
  };

  test('no autoscaling group', () => {
    const without = broken((resources) => {
      for (const [id, { Type }] of Object.entries(resources)) {
        if (Type === 'AWS::AutoScaling::AutoScalingGroup') delete resources[id];
      }
    });
    expect(without).toThrow('templates of dev: must hold one AWS::AutoScaling::AutoScalingGroup, got: none');
  });

  test('no bucket of pictures', () => {
    const without = broken((resources) => {
      for (const [id, { Type }] of Object.entries(resources)) {
        if (Type === 'AWS::S3::Bucket' && id.startsWith('Pictures'))
          resources[id] = { Type: 'AWS::S3::Other', Properties: {} };
      }
    });
    expect(without).toThrow(
      /^templates: must hold the bucket that the output of pictures names, got: clonekit-dev-data-pictures/,
    );
  });

  test('a sticky target group', () => {
    const sticky = broken((resources) => {
      for (const { Type, Properties } of Object.values(resources)) {
        if (Type === 'AWS::ElasticLoadBalancingV2::TargetGroup') {
          Properties.TargetGroupAttributes = [{ Key: 'stickiness.enabled', Value: 'true' }];
        }
      }
    });
    expect(sticky).toThrow(/must not be sticky: any clone answers anybody/);
  });

  test('a clone without a file of environment', () => {
    expect(() => toEnvironment('#!/bin/sh', 'fleet/Template')).toThrow(
      'fleet/Template: user data must be a cloud-config that writes /run/clonekit/clone.env, got: none',
    );
  });

  test('a password in plain sight', () => {
    expect(() => toSecretReference('letmein', 'data/User')).toThrow(
      'data/User: a password must be a reference to a secret, got: something else',
    );
  });
});
