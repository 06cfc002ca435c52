// Where people's pictures are: a private bucket that forgets nothing at once.
import { Duration, RemovalPolicy } from 'aws-cdk-lib';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import { BlockPublicAccess, Bucket, BucketEncryption, ObjectOwnership } from 'aws-cdk-lib/aws-s3';
import { Construct } from 'constructs';
import { acknowledge } from './acknowledge';
import type { LogBucket } from './log-bucket';

export interface PicturesProps {
  /**
   * Key for the pictures; whoever reads or writes them needs its permission too.
   * @default - a key of the bucket's own, which outlives the stack as the bucket does
   * @see S3.17
   */
  readonly encryptionKey?: IKey;
  /**
   * How long a picture that was overwritten or deleted can be had back; then it is gone, as people may ask of us.
   * @default 30 days - a mistake is noticed within a month
   * @see S3.13, S3.14
   */
  readonly undoFor?: Duration;
  /**
   * Where it is written down who did what to a picture, below `pictures/`.
   * @default - nowhere
   * @see S3.9
   */
  readonly logBucket?: LogBucket;
}

/**
 * Browsers never reach it, so it has no CORS and no public address; nobody reads or writes it but by rights that are given
 * (`rights` of a fleet). Nothing moves to cheaper storage by its age: reading there costs, old pictures are looked at too,
 * and those below 128 KiB would save nothing.
 */
export class Pictures extends Construct {
  readonly bucket: Bucket;

  constructor(scope: Construct, id: string, props: PicturesProps = {}) {
    super(scope, id);
    this.bucket = new Bucket(this, 'Bucket', {
      encryption: BucketEncryption.KMS,
      encryptionKey: props.encryptionKey,
      // One use of the key for many pictures, not one for each.
      bucketKeyEnabled: true,
      blockPublicAccess: BlockPublicAccess.BLOCK_ALL,
      enforceSSL: true,
      minimumTLSVersion: 1.2,
      // No access lists: whoever writes, the account owns what was written.
      objectOwnership: ObjectOwnership.BUCKET_OWNER_ENFORCED,
      versioned: true,
      lifecycleRules: [
        {
          noncurrentVersionExpiration: props.undoFor ?? Duration.days(30),
          // What marks a deleted picture goes with the last version of it.
          expiredObjectDeleteMarker: true,
          abortIncompleteMultipartUploadAfter: Duration.days(7),
        },
      ],
      // With everything in it, whatever becomes of the stack.
      removalPolicy: RemovalPolicy.RETAIN_ON_UPDATE_OR_DELETE,
    });
    acknowledge(
      this.bucket,
      { S3BucketReplicationEnabled: ['nist', 'pci', 'hipaa'] },
      'what was overwritten or deleted is kept as a version; a copy in another region is of use with a database there only',
    );
    props.logBucket?.logServerAccess(this.bucket, 'pictures/');
  }
}
