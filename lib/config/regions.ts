// What has another name in every region, and cannot be looked up while synthesizing.

/**
 * The list of addresses of S3 in a region: firewall rules name it, so that clones are let out to S3 and nowhere else.
 * @see https://docs.aws.amazon.com/vpc/latest/userguide/working-with-aws-managed-prefix-lists.html
 */
export const s3PrefixLists: Readonly<Record<string, string>> = {
  'eu-central-1': 'pl-6ea54007',
  'eu-west-1': 'pl-6da54004',
  'us-east-1': 'pl-63a5400a',
  'us-west-2': 'pl-68a54001',
};
