// The clones: how many is nobody's to write down, what they are is literal, how they roll is in the template.
import { derive } from '../../lib/config/derived';
import { cloneEnv, cloneEnvFile, cloneToldFile, outputs, stackName } from '../../lib/config/names';
import {
  devWith,
  digest,
  onlyResource,
  resourcesOf,
  synthesizedStages,
  type Template,
  toSnapshot,
} from './synthesized';

const stages = synthesizedStages();

const groupOf = (template: Template) => onlyResource(template, 'AWS::AutoScaling::AutoScalingGroup');
const launchDataOf = (template: Template) =>
  onlyResource(template, 'AWS::EC2::LaunchTemplate').Properties.LaunchTemplateData as Record<string, unknown>;

/** User data with every reference replaced by the name of what it refers to, as the local fleet would read it. */
const userDataOf = (template: Template): string => {
  const { 'Fn::Base64': joined } = launchDataOf(template).UserData as {
    'Fn::Base64': { 'Fn::Join': [string, unknown[]] };
  };
  const [separator, parts] = joined['Fn::Join'];
  return parts
    .map((part) => {
      if (typeof part === 'string') return part;
      const { 'Fn::GetStackOutput': output, Ref } = part as {
        'Fn::GetStackOutput'?: { OutputName: string };
        Ref?: string;
      };
      return `<${output?.OutputName ?? Ref}>`;
    })
    .join(separator);
};

describe.each(stages)('in %s', (_, { templates }, config) => {
  const { fleet } = templates;
  const derived = derive(config);
  const isDurable = typeof config.sessions.durability === 'string';
  const endPoint = isDurable ? 'ConfigurationEndPoint' : 'PrimaryEndPoint';
  const attributes = (type: string, key: string) =>
    Object.fromEntries(
      (onlyResource(fleet, type).Properties[key] as { Key: string; Value: string }[]).map((each) => [
        each.Key,
        each.Value,
      ]),
    );

  test('the template is as reviewed', () => {
    expect(toSnapshot(fleet)).toMatchSnapshot();
  });

  test('the outputs are those that others look up', () => {
    expect(Object.keys(fleet.Outputs).sort()).toEqual(Object.values(outputs.fleet).sort());
    expect(fleet.Outputs.Release?.Value).toBe(digest);
  });

  test('the template knows the least and the most, never how many there are', () => {
    const { Properties } = groupOf(fleet);
    expect(Properties).toMatchObject({ MinSize: String(config.clones.min), MaxSize: String(config.clones.max) });
    expect(Properties).not.toHaveProperty('DesiredCapacity');
  });

  test('the image is the one that was baked with the deploy, known when this stack is deployed', () => {
    const { 'Fn::GetStackOutput': output } = launchDataOf(fleet).ImageId as Record<
      string,
      { StackName: string; OutputName: string }
    >;
    expect(output?.StackName).toBe(stackName(config.stage, 'image'));
    const [id] =
      Object.entries(templates.image.Resources).find(([, { Type }]) => Type === 'AWS::ImageBuilder::Image') ?? [];
    expect(templates.image.Outputs[output?.OutputName ?? '']?.Value).toEqual({ 'Fn::GetAtt': [id, 'ImageId'] });
  });

  test('the template changes whenever the image will, though it only refers to it', () => {
    const { Version } = onlyResource(templates.image, 'AWS::ImageBuilder::ImageRecipe').Properties;
    expect(groupOf(fleet).Properties.Tags).toContainEqual({
      Key: 'clonekit:recipe',
      Value: Version,
      PropagateAtLaunch: true,
    });
  });

  test('a change of the template rolls the group without ever having fewer clones', () => {
    expect(groupOf(fleet).UpdatePolicy).toMatchObject({
      AutoScalingInstanceRefresh: {
        Strategy: 'Rolling',
        Preferences: { MinHealthyPercentage: 100, MaxHealthyPercentage: 100 + Math.ceil(100 / config.clones.min) },
      },
    });
  });

  test('a clone that does not say in time that it is ready is abandoned', () => {
    expect(groupOf(fleet).Properties.LifecycleHookSpecificationList).toMatchObject([
      {
        LifecycleHookName: 'ready',
        LifecycleTransition: 'autoscaling:EC2_INSTANCE_LAUNCHING',
        DefaultResult: 'ABANDON',
        HeartbeatTimeout: config.clones.readyWithinSeconds,
      },
      { LifecycleHookName: 'stop', LifecycleTransition: 'autoscaling:EC2_INSTANCE_TERMINATING' },
    ]);
  });

  test('every clone is tagged with its stage and release', () => {
    expect(groupOf(fleet).Properties.Tags).toEqual([
      { Key: 'clonekit:recipe', Value: expect.any(String), PropagateAtLaunch: true },
      { Key: 'clonekit:release', Value: digest, PropagateAtLaunch: true },
      { Key: 'clonekit:stage', Value: config.stage, PropagateAtLaunch: true },
    ]);
  });

  test('no request sticks to a clone', () => {
    expect(attributes('AWS::ElasticLoadBalancingV2::TargetGroup', 'TargetGroupAttributes')).toMatchObject({
      'stickiness.enabled': 'false',
      'load_balancing.algorithm.type': config.algorithm,
    });
  });

  test('people are served by https, or the config says why not', () => {
    const listeners = resourcesOf(fleet, 'AWS::ElasticLoadBalancingV2::Listener').map(({ Properties }) => Properties);
    const ofPort = (port: number) => listeners.find(({ Port }) => Port === port);
    if ('certificateArn' in config.https) {
      expect(ofPort(443)).toMatchObject({ Protocol: 'HTTPS', SslPolicy: expect.stringMatching(/TLS13-1-2/) });
      expect(ofPort(80)).toMatchObject({
        DefaultActions: [{ RedirectConfig: { Protocol: 'HTTPS', StatusCode: 'HTTP_301' } }],
      });
    } else {
      expect(listeners).toHaveLength(1);
      expect(ofPort(80)).toMatchObject({ Protocol: 'HTTP', DefaultActions: [{ Type: 'forward' }] });
    }
  });

  test('a clone is told everything but where it listens, and no secret; who it is, by itself', () => {
    const [first, second, ...json] = userDataOf(fleet).split('\n');
    expect([first, second]).toEqual(['## template: jinja', '#cloud-config']);
    const { write_files: files } = JSON.parse(json.join('\n'));
    expect(files).toEqual([
      { path: cloneEnvFile, permissions: '0644', content: expect.any(String) },
      { path: cloneToldFile, content: '' },
    ]);
    const variables = Object.fromEntries(
      (files[0].content as string)
        .trimEnd()
        .split('\n')
        .map((line) => line.split('=') as [string, string]),
    );
    const { listen, picturesUrl, ...told } = cloneEnv;
    expect(Object.keys(variables).sort()).toEqual(['AWS_REGION', ...Object.values(told)].sort());
    expect(variables).toMatchObject({
      AWS_REGION: '<AWS::Region>',
      CLONEKIT_CLONE_ID: '{{ v1.instance_id }}',
      CLONEKIT_STAGE: config.stage,
      CLONEKIT_PORT: '8080',
      CLONEKIT_SESSIONS: expect.stringMatching(
        new RegExp(`^<\\w*SessionsGroup\\w*${endPoint}Address\\w*>:<\\w*SessionsGroup\\w*${endPoint}Port\\w*>$`),
      ),
      CLONEKIT_SESSIONS_MODE: isDurable ? 'cluster' : 'single',
      CLONEKIT_OBJECTS: expect.stringMatching(
        /^<\w*ObjectsGroup\w*PrimaryEndPointAddress\w*>:<\w*ObjectsGroup\w*PrimaryEndPointPort\w*>$/,
      ),
      CLONEKIT_CACHE_SECRET: expect.stringMatching(/^<PublishOutputRefCacheUsersSecret\w*>$/),
      CLONEKIT_PRIMARY: expect.stringMatching(
        /^<\w*DatabasePrimary\w*EndpointAddress\w*>:<\w*DatabasePrimary\w*EndpointPort\w*>$/,
      ),
      CLONEKIT_REPLICAS: expect.stringMatching(
        new RegExp(
          `^(<\\w*DatabaseReplica\\w*EndpointAddress\\w*>:<\\w*DatabaseReplica\\w*EndpointPort\\w*>,?){${config.database.replicas.length}}$`,
        ),
      ),
      CLONEKIT_DATABASE_SECRET: expect.stringMatching(/^<PublishOutputRefDatabase\w*App\w*>$/),
      CLONEKIT_PICTURES: expect.stringMatching(/^<PublishOutputRefPicturesBucket\w*>$/),
      CLONEKIT_TLS: 'on',
      CLONEKIT_HTTPS: 'certificateArn' in config.https ? 'on' : 'off',
      CLONEKIT_POOL_SIZE: String(derived.poolSize),
      CLONEKIT_KEEP_ALIVE_SECONDS: String(derived.keepAliveSeconds),
      CLONEKIT_DRAIN_SECONDS: String(derived.drainSeconds),
      CLONEKIT_STOP_SECONDS: String(derived.stopSeconds),
      CLONEKIT_READY_SECONDS: String(config.clones.readyWithinSeconds),
      CLONEKIT_GROUP: `clonekit-${config.stage}-fleet`,
      CLONEKIT_LOG_GROUP: expect.stringMatching(/^<FleetCloneLog\w+>$/),
    });
  });

  test('a clone may read two secrets, never the first user’s', () => {
    const { PolicyDocument } = onlyResource(fleet, 'AWS::IAM::ManagedPolicy').Properties as {
      PolicyDocument: { Statement: { Action: string | string[]; Resource: unknown }[] };
    };
    const readers = PolicyDocument.Statement.filter(({ Action }) =>
      String(Action).includes('secretsmanager:GetSecretValue'),
    );
    expect(readers.map(({ Resource }) => Resource)).toEqual([
      [
        expect.objectContaining({
          'Fn::GetStackOutput': expect.objectContaining({ OutputName: expect.stringMatching(/CacheUsers/) }),
        }),
        expect.objectContaining({
          'Fn::GetStackOutput': expect.objectContaining({ OutputName: expect.stringMatching(/DatabaseUsersApp/) }),
        }),
      ],
    ]);
    expect(JSON.stringify(fleet)).not.toContain('DatabaseUsersFirst');
  });

  test('a clone may write, read and delete pictures, with the key for these only, and list none', () => {
    const { PolicyDocument } = onlyResource(fleet, 'AWS::IAM::ManagedPolicy').Properties as {
      PolicyDocument: { Statement: { Sid: string; Action: string[]; Resource: unknown; Condition: unknown }[] };
    };
    const arn = {
      'Fn::GetStackOutput': expect.objectContaining({ OutputName: expect.stringMatching(/PicturesBucket/) }),
    };
    const keys = (prefix: string, characters: number) => ({
      'Fn::Join': ['', [arn, `/${prefix}/${'?'.repeat(characters)}`]],
    });
    const [pictures, key] = PolicyDocument.Statement.filter(({ Sid }) => Sid.startsWith('Pictures'));
    expect(pictures).toMatchObject({
      Action: ['s3:DeleteObject', 's3:GetObject', 's3:PutObject'],
      Resource: [keys('pictures', 22), keys('uploads', 66)],
    });
    expect(key).toMatchObject({
      Action: ['kms:Decrypt', 'kms:GenerateDataKey'],
      Condition: {
        StringEquals: {
          'kms:ViaService': `s3.${config.region}.amazonaws.com`,
          'kms:EncryptionContext:aws:s3:arn': arn,
        },
      },
    });
    expect(JSON.stringify(PolicyDocument)).not.toContain('s3:List');
  });

  test('no clone may do everything, or anything to IAM', () => {
    const text = JSON.stringify(onlyResource(fleet, 'AWS::IAM::Role').Properties);
    expect(text).not.toMatch(/"Action":"\*"|iam:|sts:AssumeRole[^"]|:\*"[,\]].*"Action"/);
  });

  test('a firewall stands before the load balancer unless the config gives a reason', () => {
    expect(resourcesOf(fleet, 'AWS::WAFv2::WebACLAssociation')).toHaveLength(config.waf === true ? 1 : 0);
  });

  test('what people notice undoes a roll', () => {
    expect(groupOf(fleet).UpdatePolicy).toMatchObject({
      AutoScalingInstanceRefresh: {
        Preferences: {
          BakeTime: config.clones.roll.bakeSeconds,
          AlarmSpecification: { Alarms: expect.arrayContaining([{ Ref: expect.stringMatching(/Errors/) }]) },
        },
      },
    });
  });

  test('the page of the fleet shows every figure that has an alarm, here and in data', () => {
    const alarms = [fleet, templates.data].flatMap((template) => resourcesOf(template, 'AWS::CloudWatch::Alarm'));
    const body = JSON.stringify(onlyResource(fleet, 'AWS::CloudWatch::Dashboard').Properties.DashboardBody);
    for (const { Properties } of alarms) {
      const [title] = String(Properties.AlarmDescription).split('. ');
      expect(body).toContain(title);
    }
    expect(alarms.length).toBeGreaterThan(15);
  });
});

test('more clones in the config are more in the template', () => {
  const { fleet } = devWith((config) => Object.assign(config.clones, { min: 5, max: 9 })).templates;
  expect(groupOf(fleet).Properties).toMatchObject({ MinSize: '5', MaxSize: '9' });
  expect(groupOf(fleet).UpdatePolicy).toMatchObject({
    AutoScalingInstanceRefresh: { Preferences: { MaxHealthyPercentage: 120 } },
  });
});

test('one number gives clones more time everywhere in the template', () => {
  const { fleet } = devWith((config) => {
    config.clones.readyWithinSeconds = 360;
  }).templates;
  expect(onlyResource(fleet, 'AWS::ElasticLoadBalancingV2::TargetGroup').Properties).toMatchObject({
    HealthCheckIntervalSeconds: 20,
    HealthCheckTimeoutSeconds: 10,
    TargetGroupAttributes: expect.arrayContaining([{ Key: 'deregistration_delay.timeout_seconds', Value: '60' }]),
  });
  expect(groupOf(fleet).Properties).toMatchObject({
    DefaultInstanceWarmup: 50,
    HealthCheckGracePeriod: 80,
    LifecycleHookSpecificationList: [{ HeartbeatTimeout: 360 }, { HeartbeatTimeout: 130 }],
  });
  expect(userDataOf(fleet)).toContain('CLONEKIT_DRAIN_SECONDS=50\\n');
  expect(userDataOf(fleet)).toContain('CLONEKIT_STOP_SECONDS=115\\n');
});

test('the roll that mends what alarms tell may go without them', () => {
  const { fleet } = devWith((config) => {
    config.clones.roll.alarms = { refusedBecause: 'this roll mends the errors they tell' };
  }).templates;
  expect(JSON.stringify(groupOf(fleet).UpdatePolicy)).not.toContain('AlarmSpecification');
  expect(resourcesOf(fleet, 'AWS::CloudWatch::Alarm').length).toBeGreaterThan(5);
});

test('without replicas the list of replicas is empty', () => {
  const { fleet } = devWith((config) => {
    config.database.replicas = [];
  }).templates;
  expect(userDataOf(fleet)).toContain('\\nCLONEKIT_REPLICAS=\\n');
});
