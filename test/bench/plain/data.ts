// The data of `dev`, written plainly: database, caches, pictures, and functions that rotate their secrets.
import { CfnOutput, Duration, RemovalPolicy, Stack, type StackProps } from 'aws-cdk-lib';
import { MathExpression, Stats } from 'aws-cdk-lib/aws-cloudwatch';
import { PolicyStatement } from 'aws-cdk-lib/aws-iam';
import { BlockPublicAccess, Bucket, BucketEncryption, ObjectOwnership } from 'aws-cdk-lib/aws-s3';
import type { Construct } from 'constructs';
import { makeAlarm, type Watched } from './alarms';
import { Caches } from './caches';
import { Database } from './database';
import type { NetworkStack } from './network';
import { Rotation } from './rotation';

export interface DataStackProps extends StackProps {
  readonly network: NetworkStack;
  readonly functions: string;
}

const caFile = { NODE_EXTRA_CA_CERTS: '/var/runtime/ca-cert.pem' };

export class DataStack extends Stack {
  readonly caches: Caches;
  readonly database: Database;
  readonly pictures: Bucket;
  readonly watched: readonly Watched[];

  constructor(scope: Construct, id: string, { network, functions, ...props }: DataStackProps) {
    super(scope, id, props);
    this.caches = new Caches(this, 'Caches', network);
    this.database = new Database(this, 'Database', network);
    this.pictures = this.makePictures(network);
    const rotations = this.makeRotations(network, functions);
    this.watched = [...this.database.watch(), ...this.caches.watch(), watchRotations(rotations)];
    for (const each of this.watched) makeAlarm(this, each);
    new CfnOutput(this, 'SessionsId', { value: this.caches.sessions.ref });
    new CfnOutput(this, 'ObjectsId', { value: this.caches.objects.ref });
    new CfnOutput(this, 'PrimaryId', { value: this.database.primary.instanceIdentifier });
    new CfnOutput(this, 'ReplicaIds', { value: this.database.replica.instanceIdentifier });
    new CfnOutput(this, 'PicturesBucket', { value: this.pictures.bucketName });
  }

  private makePictures(network: NetworkStack): Bucket {
    const bucket = new Bucket(this, 'Pictures', {
      encryption: BucketEncryption.KMS,
      encryptionKey: network.key,
      bucketKeyEnabled: true,
      blockPublicAccess: BlockPublicAccess.BLOCK_ALL,
      enforceSSL: true,
      minimumTLSVersion: 1.2,
      objectOwnership: ObjectOwnership.BUCKET_OWNER_ENFORCED,
      versioned: true,
      lifecycleRules: [
        {
          noncurrentVersionExpiration: Duration.days(30),
          expiredObjectDeleteMarker: true,
          abortIncompleteMultipartUploadAfter: Duration.days(7),
        },
        { prefix: 'uploads/', expiration: Duration.days(1), noncurrentVersionExpiration: Duration.days(1) },
      ],
      removalPolicy: RemovalPolicy.RETAIN,
    });
    network.logServerAccess(bucket, 'pictures/');
    return bucket;
  }

  private makeRotations(network: NetworkStack, functions: string): Rotation[] {
    const { firstUserSecret, appSecret } = this.database;
    const ofDatabase = {
      functions,
      network,
      program: 'rotate-database-user',
      isInVpc: true,
      timeout: Duration.minutes(1),
    };
    const first = new Rotation(this, 'FirstUserRotation', {
      ...ofDatabase,
      description: 'Replaces the password of the first database user',
      secret: firstUserSecret,
      environment: caFile,
    });
    const app = new Rotation(this, 'AppUserRotation', {
      ...ofDatabase,
      description: 'Replaces the password of a database user',
      secret: appSecret,
      reads: [firstUserSecret],
      environment: {
        ...caFile,
        CLONEKIT_FIRST_USER_SECRET: firstUserSecret.secretArn,
        CLONEKIT_PRIVILEGES: 'SELECT, INSERT, UPDATE, DELETE, CREATE, ALTER, DROP, INDEX, REFERENCES',
      },
    });
    const caches = new Rotation(this, 'CacheUserRotation', {
      functions,
      network,
      program: 'rotate-cache-user',
      description: 'Replaces the password of the user of the caches',
      secret: this.caches.secret,
      isInVpc: false,
      timeout: Duration.minutes(10),
      statements: [
        new PolicyStatement({
          actions: ['elasticache:DescribeUsers', 'elasticache:ModifyUser'],
          resources: [
            `arn:${this.partition}:elasticache:${this.region}:${this.account}:user:${this.caches.appUser.ref}`,
          ],
        }),
      ],
    });
    first.node.addDependency(this.database);
    app.node.addDependency(first);
    caches.node.addDependency(this.caches.sessions, this.caches.objects);
    return [first, app, caches];
  }
}

const watchRotations = (rotations: readonly Rotation[]): Watched => {
  const period = Duration.minutes(5);
  return {
    id: 'Rotation',
    title: 'Passwords that could not be replaced',
    whatToDo: 'The password in use stays good. Read the log of the function, mend what it says, then rotate again.',
    metric: new MathExpression({
      expression: 'SUM(METRICS())',
      usingMetrics: Object.fromEntries(
        rotations.map((each, i) => [`function${i + 1}`, each.function.metricErrors({ period, statistic: Stats.SUM })]),
      ),
      period,
      label: 'errors',
    }),
    threshold: 0,
    periods: [1, 1],
  };
};
