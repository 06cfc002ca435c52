// The rotation of a cache user: which user its function may change.
import { Duration } from 'aws-cdk-lib';
import { RetentionDays } from 'aws-cdk-lib/aws-logs';
import { Secret } from 'aws-cdk-lib/aws-secretsmanager';
import { CacheUserRotation, type CacheUserRotationProps } from '../../lib/constructs/cache-user-rotation';
import { propertiesOf, rightsOf, templateOf } from './built';

const build = (props: Partial<CacheUserRotationProps> = {}) =>
  templateOf((stack) => {
    new CacheUserRotation(stack, 'Rotation', { secret: new Secret(stack, 'Secret'), userId: 'test-app', ...props });
  });

test('minimal: it needs no network and is told nothing', () => {
  const { VpcConfig, Environment } = propertiesOf(build(), 'AWS::Lambda::Function');
  expect([VpcConfig, Environment]).toEqual([undefined, undefined]);
});

test('maximal: every prop arrives', () => {
  const template = build({
    userId: 'other',
    every: Duration.days(3),
    logRetention: RetentionDays.ONE_WEEK,
    reservedConcurrency: 2,
  });
  expect(JSON.stringify(rightsOf(template))).toContain(':user:other"');
  template.hasResourceProperties('AWS::SecretsManager::RotationSchedule', {
    RotationRules: { AutomaticallyAfterDays: 3 },
  });
  template.hasResourceProperties('AWS::Logs::LogGroup', { RetentionInDays: 7 });
  template.hasResourceProperties('AWS::Lambda::Function', { ReservedConcurrentExecutions: 2 });
});

test('it may change this user, and no other', () => {
  const ofCache = rightsOf(build()).filter(({ Action }) => /elasticache/.test(String(Action)));
  expect(ofCache).toEqual([
    {
      Effect: 'Allow',
      Action: ['elasticache:DescribeUsers', 'elasticache:ModifyUser'],
      Resource: {
        'Fn::Join': ['', ['arn:aws:elasticache:eu-central-1:', { Ref: 'AWS::AccountId' }, ':user:test-app']],
      },
    },
  ]);
});
