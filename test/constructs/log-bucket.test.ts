// Where services that log into S3 do it.
import { type App, Duration, Stack } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import { ApplicationLoadBalancer } from 'aws-cdk-lib/aws-elasticloadbalancingv2';
import { Bucket } from 'aws-cdk-lib/aws-s3';
import { LogBucket, type LogBucketProps } from '../../lib/constructs/log-bucket';
import { inStack, propertiesOf, surroundings, templateOf } from './built';

const build = (props?: LogBucketProps) => templateOf((stack) => new LogBucket(stack, 'Logs', props));

interface Statement {
  Effect: string;
  Principal: Record<string, unknown>;
  Action: string;
  Resource: unknown;
  Condition?: unknown;
}

const statementsOf = (template: Template): Statement[] =>
  (propertiesOf(template, 'AWS::S3::BucketPolicy').PolicyDocument as { Statement: Statement[] }).Statement;

/** A stack with the bucket, and one whose load balancer and bucket log into it. */
const acrossStacks = (): { logs: Template; others: Template; needs: string[] } =>
  inStack((stack) => {
    const { vpc } = surroundings(stack);
    const logs = new LogBucket(stack, 'Logs');
    const other = new Stack(stack.node.root as App, 'Other', { env: { region: 'eu-central-1' } });
    const loadBalancer = new ApplicationLoadBalancer(other, 'LoadBalancer', { vpc });
    loadBalancer.logAccessLogs(logs.bucket, 'access');
    loadBalancer.logConnectionLogs(logs.bucket, 'connections');
    logs.logServerAccess(new Bucket(other, 'Pictures'), 'pictures/');
    return {
      logs: Template.fromStack(stack),
      others: Template.fromStack(other),
      needs: stack.dependencies.map(({ stackName }) => stackName),
    };
  });

/** The policy's resource: objects below a prefix. */
const below = (prefix: string) => expect.stringContaining(`"/${prefix}`);
const textOf = ({ Resource }: Statement): string => JSON.stringify(Resource);

test('minimal: logs are kept for 90 days', () => {
  expect(propertiesOf(build(), 'AWS::S3::Bucket').LifecycleConfiguration).toEqual({
    Rules: [
      {
        Status: 'Enabled',
        ExpirationInDays: 90,
        NoncurrentVersionExpiration: { NoncurrentDays: 7 },
        AbortIncompleteMultipartUpload: { DaysAfterInitiation: 7 },
      },
    ],
  });
});

test('maximal: every prop arrives', () => {
  expect(propertiesOf(build({ expiry: Duration.days(400) }), 'AWS::S3::Bucket').LifecycleConfiguration).toMatchObject({
    Rules: [{ ExpirationInDays: 400 }],
  });
});

test('it is encrypted with what a load balancer can write with', () => {
  expect(propertiesOf(build(), 'AWS::S3::Bucket').BucketEncryption).toEqual({
    ServerSideEncryptionConfiguration: [{ ServerSideEncryptionByDefault: { SSEAlgorithm: 'AES256' } }],
  });
});

test('it cannot be made public', () => {
  expect(propertiesOf(build(), 'AWS::S3::Bucket').PublicAccessBlockConfiguration).toEqual({
    BlockPublicAcls: true,
    BlockPublicPolicy: true,
    IgnorePublicAcls: true,
    RestrictPublicBuckets: true,
  });
});

test('it has no access lists: the account owns every log', () => {
  expect(propertiesOf(build(), 'AWS::S3::Bucket').OwnershipControls).toEqual({
    Rules: [{ ObjectOwnership: 'BucketOwnerEnforced' }],
  });
});

test('it is reached by TLS only, and nobody else is let in', () => {
  const [id] = Object.keys(build().findResources('AWS::S3::Bucket'));
  const arn = { 'Fn::GetAtt': [id, 'Arn'] };
  expect(statementsOf(build())).toEqual([
    {
      Effect: 'Deny',
      Principal: { AWS: '*' },
      Action: 's3:*',
      Resource: [arn, { 'Fn::Join': ['', [arn, '/*']] }],
      Condition: { Bool: { 'aws:SecureTransport': 'false' } },
    },
  ]);
});

test('what was overwritten or deleted can be had back', () => {
  expect(propertiesOf(build(), 'AWS::S3::Bucket').VersioningConfiguration).toEqual({ Status: 'Enabled' });
});

test('it outlives its stack', () => {
  build().hasResource('AWS::S3::Bucket', { DeletionPolicy: 'Retain', UpdateReplacePolicy: 'Retain' });
});

describe('from another stack', () => {
  const { logs, others, needs } = acrossStacks();

  test('a load balancer logs requests and connections', () => {
    const attributes = propertiesOf(others, 'AWS::ElasticLoadBalancingV2::LoadBalancer').LoadBalancerAttributes as {
      Key: string;
      Value: unknown;
    }[];
    const log = Object.fromEntries(attributes.map(({ Key, Value }) => [Key, Value]));
    expect(log).toMatchObject({
      'access_logs.s3.enabled': 'true',
      'access_logs.s3.prefix': 'access',
      'connection_logs.s3.enabled': 'true',
      'connection_logs.s3.prefix': 'connections',
    });
    expect(JSON.stringify(log['access_logs.s3.bucket'])).toMatch(/LogsBucket/);
    expect(log['connection_logs.s3.bucket']).toEqual(log['access_logs.s3.bucket']);
  });

  test('load balancing is let in for the account’s own logs', () => {
    const writers = statementsOf(logs).filter(({ Principal }) => JSON.stringify(Principal).includes('054676820928'));
    expect(writers).toHaveLength(2);
    for (const [i, prefix] of ['access', 'connections'].entries()) {
      expect(writers[i]).toMatchObject({ Effect: 'Allow', Action: 's3:PutObject' });
      expect(writers[i] && textOf(writers[i])).toMatch(
        new RegExp(`"/${prefix}/AWSLogs/",{"Ref":"AWS::AccountId"},"/\\*"`),
      );
    }
  });

  test('S3 logs what is done to another bucket, for the own account only', () => {
    expect(propertiesOf(others, 'AWS::S3::Bucket').LoggingConfiguration).toMatchObject({ LogFilePrefix: 'pictures/' });
    const [writer, ...more] = statementsOf(logs).filter(
      ({ Principal }) => Principal.Service === 'logging.s3.amazonaws.com',
    );
    expect(more).toEqual([]);
    expect(writer).toMatchObject({
      Effect: 'Allow',
      Action: 's3:PutObject',
      Condition: { StringEquals: { 'aws:SourceAccount': { Ref: 'AWS::AccountId' } } },
    });
    expect(writer && textOf(writer)).toEqual(below('pictures/*'));
  });

  test('the bucket’s stack needs no other: there is no circle', () => {
    expect(needs).toEqual([]);
    expect(JSON.stringify(logs.toJSON())).not.toMatch(/Fn::GetStackOutput|Fn::ImportValue/);
  });
});
