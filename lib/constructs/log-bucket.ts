// Where services that log into S3 do it: load balancers' requests and connections, and what was done to other buckets.
import { Duration, RemovalPolicy, Stack } from 'aws-cdk-lib';
import { PolicyStatement, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { BlockPublicAccess, Bucket, BucketEncryption, type CfnBucket, ObjectOwnership } from 'aws-cdk-lib/aws-s3';
import { Construct } from 'constructs';

export interface LogBucketProps {
  /**
   * How long logs are kept.
   * @default 90 days - what is noticed late is noticed within a quarter; addresses of people are not kept for ever
   * @see S3.13
   */
  readonly expiry?: Duration;
}

/** A log that was overwritten or deleted can be had back for this long. */
const secondThought = Duration.days(7);

/** Bucket that logs go to; it has no such log itself, which would log its own writing without end. */
export class LogBucket extends Construct {
  /**
   * For load balancers: `loadBalancer.logAccessLogs(bucket, prefix)` and `logConnectionLogs`, in other stacks too.
   */
  readonly bucket: Bucket;

  constructor(scope: Construct, id: string, props: LogBucketProps = {}) {
    super(scope, id);
    this.bucket = new Bucket(this, 'Bucket', {
      // Not the stage's key: neither load balancers nor S3's own log can write with one.
      encryption: BucketEncryption.S3_MANAGED,
      blockPublicAccess: BlockPublicAccess.BLOCK_ALL,
      enforceSSL: true,
      // No access lists: whoever writes is let in by the policy, and the account owns what was written.
      objectOwnership: ObjectOwnership.BUCKET_OWNER_ENFORCED,
      versioned: true,
      lifecycleRules: [
        {
          expiration: props.expiry ?? Duration.days(90),
          noncurrentVersionExpiration: secondThought,
          abortIncompleteMultipartUploadAfter: secondThought,
        },
      ],
      removalPolicy: RemovalPolicy.RETAIN,
    });
  }

  /**
   * Logs what is done to another bucket of the account and region, below `prefix`, e.g. `pictures/`. Not by the other
   * bucket's `serverAccessLogsBucket`, which forgets the account when that bucket is in another stack.
   * @see S3.9
   */
  logServerAccess(other: Bucket, prefix: string): void {
    const { bucket } = this;
    bucket.addToResourcePolicy(
      new PolicyStatement({
        principals: [new ServicePrincipal('logging.s3.amazonaws.com')],
        actions: ['s3:PutObject'],
        resources: [bucket.arnForObjects(`${prefix}*`)],
        conditions: { StringEquals: { 'aws:SourceAccount': Stack.of(this).account } },
      }),
    );
    const resource = other.node.defaultChild as CfnBucket;
    resource.loggingConfiguration = { destinationBucketName: bucket.bucketName, logFilePrefix: prefix };
    if (bucket.policy) other.node.addDependency(bucket.policy);
  }
}
