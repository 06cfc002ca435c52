// Where people's pictures are.
import { Duration } from 'aws-cdk-lib';
import { Key } from 'aws-cdk-lib/aws-kms';
import { LogBucket } from '../../lib/constructs/log-bucket';
import { Pictures, type PicturesProps } from '../../lib/constructs/pictures';
import { inStack, propertiesOf, templateOf } from './built';

const build = (props: PicturesProps = {}) => templateOf((stack) => new Pictures(stack, 'Pictures', props));
const bucketOf = (template: ReturnType<typeof build>) => propertiesOf(template, 'AWS::S3::Bucket');

test('minimal: a bucket with a key of its own and no log', () => {
  const template = build();
  template.resourceCountIs('AWS::KMS::Key', 1);
  expect(bucketOf(template)).not.toHaveProperty('LoggingConfiguration');
});

test('maximal: every prop arrives', () => {
  const keyArn = 'arn:aws:kms:eu-central-1:111122223333:key/test';
  const template = templateOf((stack) => {
    new Pictures(stack, 'Pictures', {
      encryptionKey: Key.fromKeyArn(stack, 'Key', keyArn),
      undoFor: Duration.days(7),
      logBucket: new LogBucket(stack, 'Logs'),
    });
  });
  const pictures = Object.entries(template.findResources('AWS::S3::Bucket')).find(([id]) => id.startsWith('Pictures'));
  expect(pictures?.[1].Properties).toMatchObject({
    BucketEncryption: {
      ServerSideEncryptionConfiguration: [{ ServerSideEncryptionByDefault: { KMSMasterKeyID: keyArn } }],
    },
    LifecycleConfiguration: { Rules: [{ NoncurrentVersionExpiration: { NoncurrentDays: 7 } }, { Prefix: 'uploads/' }] },
    LoggingConfiguration: {
      DestinationBucketName: { Ref: expect.stringMatching(/^LogsAccess/) },
      LogFilePrefix: 'pictures/',
    },
  });
});

test('pictures are encrypted with a key, which is not asked for each of them', () => {
  const template = build();
  const [key] = Object.keys(template.findResources('AWS::KMS::Key'));
  expect(bucketOf(template).BucketEncryption).toEqual({
    ServerSideEncryptionConfiguration: [
      {
        BucketKeyEnabled: true,
        ServerSideEncryptionByDefault: { SSEAlgorithm: 'aws:kms', KMSMasterKeyID: { 'Fn::GetAtt': [key, 'Arn'] } },
      },
    ],
  });
});

test('nothing in it can be made public', () => {
  expect(bucketOf(build()).PublicAccessBlockConfiguration).toEqual({
    BlockPublicAcls: true,
    BlockPublicPolicy: true,
    IgnorePublicAcls: true,
    RestrictPublicBuckets: true,
  });
});

test('access lists do not count, and the account owns everything', () => {
  expect(bucketOf(build()).OwnershipControls).toEqual({ Rules: [{ ObjectOwnership: 'BucketOwnerEnforced' }] });
});

test('nobody talks to it in the clear, nor with an old TLS', () => {
  const { PolicyDocument } = propertiesOf(build(), 'AWS::S3::BucketPolicy') as {
    PolicyDocument: { Statement: { Effect: string; Action: string; Principal: unknown; Condition: unknown }[] };
  };
  const denials = PolicyDocument.Statement.filter(({ Effect }) => Effect === 'Deny');
  for (const denial of denials) expect(denial).toMatchObject({ Action: 's3:*', Principal: { AWS: '*' } });
  expect(denials.map(({ Condition }) => Condition)).toEqual(
    expect.arrayContaining([
      { Bool: { 'aws:SecureTransport': 'false' } },
      { NumericLessThan: { 's3:TlsVersion': 1.2 } },
    ]),
  );
});

test('what was overwritten or deleted can be had back for a month, then it is gone', () => {
  const bucket = bucketOf(build());
  expect(bucket.VersioningConfiguration).toEqual({ Status: 'Enabled' });
  expect(bucket.LifecycleConfiguration).toEqual({
    Rules: [
      {
        Status: 'Enabled',
        NoncurrentVersionExpiration: { NoncurrentDays: 30 },
        ExpiredObjectDeleteMarker: true,
        AbortIncompleteMultipartUpload: { DaysAfterInitiation: 7 },
      },
      expect.objectContaining({ Prefix: 'uploads/' }),
    ],
  });
});

test('what was sent and did not become a picture is gone after a day, and a day later for good', () => {
  const { Rules } = bucketOf(build()).LifecycleConfiguration as { Rules: unknown[] };
  expect(Rules[1]).toEqual({
    Status: 'Enabled',
    Prefix: 'uploads/',
    ExpirationInDays: 1,
    NoncurrentVersionExpiration: { NoncurrentDays: 1 },
  });
});

test('who is given its rights may write, read and delete keys of two forms, use the key for that, and no more', () => {
  const keyArn = 'arn:aws:kms:eu-central-1:111122223333:key/test';
  const statements = inStack((stack) => {
    const encryptionKey = Key.fromKeyArn(stack, 'Key', keyArn);
    const { rights } = new Pictures(stack, 'Pictures', { encryptionKey });
    return stack.resolve(rights.map((right) => right.toStatementJson()));
  });
  const arn = { 'Fn::GetAtt': [expect.stringMatching(/^PicturesBucket/), 'Arn'] };
  expect(statements).toEqual([
    {
      Sid: 'Pictures',
      Effect: 'Allow',
      Action: ['s3:GetObject', 's3:PutObject', 's3:DeleteObject'],
      Resource: [
        { 'Fn::Join': ['', [arn, `/uploads/${'?'.repeat(66)}`]] },
        { 'Fn::Join': ['', [arn, `/pictures/${'?'.repeat(22)}`]] },
      ],
    },
    {
      Sid: 'PicturesKey',
      Effect: 'Allow',
      Action: ['kms:GenerateDataKey', 'kms:Decrypt'],
      Resource: keyArn,
      Condition: {
        StringEquals: {
          'kms:ViaService': 's3.eu-central-1.amazonaws.com',
          'kms:EncryptionContext:aws:s3:arn': arn,
        },
      },
    },
  ]);
});

test('pictures and their key outlive the stack', () => {
  const template = build();
  template.hasResource('AWS::S3::Bucket', { DeletionPolicy: 'RetainExceptOnCreate', UpdateReplacePolicy: 'Retain' });
  template.hasResource('AWS::KMS::Key', { DeletionPolicy: 'Retain', UpdateReplacePolicy: 'Retain' });
});

test('no other site’s pages may ask for them', () => {
  expect(bucketOf(build())).not.toHaveProperty('CorsConfiguration');
});
