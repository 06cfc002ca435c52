// Where people's pictures are: a private bucket that forgets nothing at once, but for what nobody made their picture.
import { Duration, RemovalPolicy, Stack } from 'aws-cdk-lib';
import { PolicyStatement } from 'aws-cdk-lib/aws-iam';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import { BlockPublicAccess, Bucket, BucketEncryption, ObjectOwnership } from 'aws-cdk-lib/aws-s3';
import { Construct } from 'constructs';
import { pictureKeys } from '../config/names';
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

/** A form is good for minutes, and what it sent is looked at as soon as the browser is back: what is left is of nobody. */
const uploadsKept = Duration.days(1);

/**
 * It has no public address. Browsers send their file straight to it, by a form that whoever has `rights` signed: the form
 * says key, type and size, and the bucket refuses another. That is no request of a script, so there is no CORS; and nobody
 * reads but by these rights. Nothing moves to cheaper storage by its age: reading there costs, old pictures are looked at
 * too, and those below 128 KiB would save nothing.
 */
export class Pictures extends Construct {
  readonly bucket: Bucket;
  /**
   * What it takes to let people send pictures and to show them, for the `rights` of a fleet: to write, read and delete
   * what has a key of their form, and to use the bucket's key for that. Not to list: whoever knows no key finds nothing.
   */
  readonly rights: readonly PolicyStatement[];

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
        {
          prefix: pictureKeys.uploads.prefix,
          expiration: uploadsKept,
          noncurrentVersionExpiration: uploadsKept,
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
    this.rights = this.#toRights();
  }

  #toRights(): PolicyStatement[] {
    const { bucketArn } = this.bucket;
    const { keyArn } = this.bucket.encryptionKey as IKey;
    return [
      new PolicyStatement({
        sid: 'Pictures',
        actions: ['s3:GetObject', 's3:PutObject', 's3:DeleteObject'],
        // As many characters as such a key has: with a star it would be any key below.
        resources: Object.values(pictureKeys).map(
          ({ prefix, characters }) => `${bucketArn}/${prefix}${'?'.repeat(characters)}`,
        ),
      }),
      new PolicyStatement({
        sid: 'PicturesKey',
        actions: ['kms:GenerateDataKey', 'kms:Decrypt'],
        resources: [keyArn],
        conditions: {
          StringEquals: {
            'kms:ViaService': `s3.${Stack.of(this).region}.amazonaws.com`,
            // Of the bucket, for it has a key of its own made from this one; else it would be that of each object.
            'kms:EncryptionContext:aws:s3:arn': bucketArn,
          },
        },
      }),
    ];
  }
}
