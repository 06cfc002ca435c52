// What the baking of images is told.
import type { ISecurityGroup, ISubnet } from 'aws-cdk-lib/aws-ec2';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import type { Asset } from 'aws-cdk-lib/aws-s3-assets';
import type { BaseImage } from '../config/base-images';

export interface ImagePipelineProps {
  /**
   * Name of pipeline, recipe and component, and start of the image's name; unique in account and region. Lower-case letters,
   * digits and hyphens.
   */
  readonly name: string;
  /** Of the base image and of the release; `instanceType` must be of it. */
  readonly architecture: 'arm64' | 'x86_64';
  /** Type of the machines that bake and test: the clones', so that what is baked has booted on it once. */
  readonly instanceType: string;
  /** Where these machines stand: they need a way to AWS's API and to S3, and to nothing else. */
  readonly subnet: ISubnet;
  /** Of these machines: let out on 443, reached by nobody. */
  readonly securityGroup: ISecurityGroup;
  /** The release's archive. */
  readonly archive: Asset;
  /** The release's name. */
  readonly digest: string;
  /** Tags of the image, beside those that tell its recipe and its pipeline. */
  readonly imageTags: Readonly<Record<string, string>>;
  /**
   * The system below the release.
   * @default 'al2023' - AWS's own: patched by who runs the machine, with the agent by which it is driven
   */
  readonly base?: BaseImage;
  /**
   * The base image itself, of that system: a literal id, so that a bake can be repeated.
   * @default - the newest there is on the day of the bake
   */
  readonly baseAmiId?: string;
  /**
   * Newest images that are kept; each costs about 0.11 USD a month.
   * @default 5 - a rollback reaches four releases back
   */
  readonly keep?: number;
  /**
   * Days since a clone was last launched from an image within which it is kept whatever came after it. More than the most
   * days a clone may live.
   * @default 60 - clones live 30 days unless told otherwise
   */
  readonly keepUsedDays?: number;
  /**
   * Whether Amazon Inspector looks for known holes, and a critical one that has a fix makes the bake fail. It need not be
   * activated in the account. Going without costs a written reason.
   * @default true - a scan an image, which Inspector charges
   * @see https://docs.aws.amazon.com/imagebuilder/latest/userguide/integ-inspector.html
   */
  readonly scan?: true | { readonly refusedBecause: string };
  /**
   * Key of the log of bakes; its policy must let CloudWatch Logs use it.
   * @default - encrypted by a key that CloudWatch Logs owns
   */
  readonly logKey?: IKey;
  /**
   * Size of the image's root disk, in GiB; a clone's must not be smaller.
   * @default 8 - the base image's own, which leaves several for logs
   */
  readonly diskGiB?: number;
}
