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

/** Ids of the two begin with it, and no other's. */
const [ofLoadBalancers, ofAccess] = ['LogsBucket', 'LogsAccess'];

const bucketsOf = (template: Template) => Object.entries(template.findResources('AWS::S3::Bucket'));
const bucketOf = (template: Template, id: string) =>
  bucketsOf(template).find(([name]) => name.startsWith(id))?.[1].Properties;

const statementsOf = (template: Template, bucket: string): Statement[] =>
  Object.values(template.findResources('AWS::S3::BucketPolicy'))
    .filter(({ Properties }) => Properties.Bucket.Ref.startsWith(bucket))
    .flatMap(({ Properties }) => Properties.PolicyDocument.Statement as Statement[]);

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
  expect(bucketsOf(build())).toHaveLength(2);
  for (const [, { Properties }] of bucketsOf(build())) {
    expect(Properties.LifecycleConfiguration).toEqual({
      Rules: [
        {
          Status: 'Enabled',
          ExpirationInDays: 90,
          NoncurrentVersionExpiration: { NoncurrentDays: 7 },
          AbortIncompleteMultipartUpload: { DaysAfterInitiation: 7 },
        },
      ],
    });
  }
});

test('maximal: every prop arrives', () => {
  for (const [, { Properties }] of bucketsOf(build({ expiry: Duration.days(400) }))) {
    expect(Properties.LifecycleConfiguration).toMatchObject({ Rules: [{ ExpirationInDays: 400 }] });
  }
});

test('who read the logs of load balancers is written down too, and not who read that', () => {
  expect(bucketOf(build(), ofLoadBalancers).LoggingConfiguration).toEqual({
    DestinationBucketName: { Ref: expect.stringMatching(ofAccess) },
    LogFilePrefix: 'logs/',
  });
  expect(bucketOf(build(), ofAccess)).not.toHaveProperty('LoggingConfiguration');
});

describe.each([ofLoadBalancers, ofAccess])('%s', (id) => {
  const bucket = bucketOf(build(), id);

  test('it is encrypted with what load balancers and S3’s own log can write with', () => {
    expect(bucket.BucketEncryption).toEqual({
      ServerSideEncryptionConfiguration: [{ ServerSideEncryptionByDefault: { SSEAlgorithm: 'AES256' } }],
    });
  });

  test('it cannot be made public', () => {
    expect(bucket.PublicAccessBlockConfiguration).toEqual({
      BlockPublicAcls: true,
      BlockPublicPolicy: true,
      IgnorePublicAcls: true,
      RestrictPublicBuckets: true,
    });
  });

  test('it has no access lists: the account owns every log', () => {
    expect(bucket.OwnershipControls).toEqual({ Rules: [{ ObjectOwnership: 'BucketOwnerEnforced' }] });
  });

  test('it is reached by TLS only', () => {
    const [name] = bucketsOf(build()).find(([each]) => each.startsWith(id)) ?? [];
    const arn = { 'Fn::GetAtt': [name, 'Arn'] };
    expect(statementsOf(build(), id)).toContainEqual({
      Effect: 'Deny',
      Principal: { AWS: '*' },
      Action: 's3:*',
      Resource: [arn, { 'Fn::Join': ['', [arn, '/*']] }],
      Condition: { Bool: { 'aws:SecureTransport': 'false' } },
    });
  });

  test('what was overwritten or deleted can be had back', () => {
    expect(bucket.VersioningConfiguration).toEqual({ Status: 'Enabled' });
  });
});

test('nobody is let in until a load balancer is told to log, but S3 to log what is done to that log', () => {
  const isAllowed = ({ Effect }: Statement): boolean => Effect === 'Allow';
  expect(statementsOf(build(), ofLoadBalancers).filter(isAllowed)).toEqual([]);
  const [writer, ...more] = statementsOf(build(), ofAccess).filter(isAllowed);
  expect(more).toEqual([]);
  expect(writer).toMatchObject({ Principal: { Service: 'logging.s3.amazonaws.com' }, Action: 's3:PutObject' });
  expect(writer && textOf(writer)).toEqual(below('logs/*'));
});

test('they outlive their stack', () => {
  build().allResources('AWS::S3::Bucket', { DeletionPolicy: 'RetainExceptOnCreate', UpdateReplacePolicy: 'Retain' });
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
    const writers = statementsOf(logs, ofLoadBalancers).filter(({ Principal }) =>
      JSON.stringify(Principal).includes('054676820928'),
    );
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
    const [writer, ...more] = statementsOf(logs, ofAccess).filter(
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
