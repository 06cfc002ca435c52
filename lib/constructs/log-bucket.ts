// Where services that log into S3 do it: load balancers' requests and connections, and what was done to buckets.
import { Duration, RemovalPolicy, Stack } from 'aws-cdk-lib';
import { PolicyStatement, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { BlockPublicAccess, Bucket, BucketEncryption, type CfnBucket, ObjectOwnership } from 'aws-cdk-lib/aws-s3';
import { Construct } from 'constructs';
import { acknowledge } from './acknowledge';

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

/**
 * Two buckets: one for load balancers, and one where S3 writes down what was done to it and to other buckets. The second has
 * no such log itself, which would log its own writing without end.
 */
export class LogBucket extends Construct {
  /**
   * For load balancers: `loadBalancer.logAccessLogs(bucket, prefix)` and `logConnectionLogs`, in other stacks too.
   */
  readonly bucket: Bucket;
  /** What was done to `bucket`, below `logs/`, and to others. */
  readonly accessBucket: Bucket;

  constructor(scope: Construct, id: string, props: LogBucketProps = {}) {
    super(scope, id);
    this.bucket = this.#makeBucket('Bucket', props);
    this.accessBucket = this.#makeBucket('Access', props);
    this.logServerAccess(this.bucket, 'logs/');
    acknowledge(
      this,
      { S3DefaultEncryptionKMS: ['nist', 'pci', 'hipaa'] },
      'neither load balancers nor the log of S3 itself can write to a bucket that is encrypted with a key of KMS',
    );
    acknowledge(
      this,
      { S3BucketReplicationEnabled: ['nist', 'pci', 'hipaa'] },
      'logs tell of a load balancer and of buckets of this region, are read here, and are gone after their expiry',
    );
  }

  #makeBucket(id: string, props: LogBucketProps): Bucket {
    return new Bucket(this, id, {
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
      removalPolicy: RemovalPolicy.RETAIN_ON_UPDATE_OR_DELETE,
    });
  }

  /**
   * Logs what is done to another bucket of the account and region, below `prefix`, e.g. `pictures/`. Not by the other
   * bucket's `serverAccessLogsBucket`, which forgets the account when that bucket is in another stack.
   * @see S3.9
   */
  logServerAccess(other: Bucket, prefix: string): void {
    const bucket = this.accessBucket;
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
