// Who the machine is that bakes and tests, and what it may do: be driven by Image Builder, take the release, write its log.
import { ArnFormat, Stack } from 'aws-cdk-lib';
import { ManagedPolicy, PolicyStatement, Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import type { ILogGroup } from 'aws-cdk-lib/aws-logs';
import type { Asset } from 'aws-cdk-lib/aws-s3-assets';
import { Construct } from 'constructs';
import { acknowledge, toResourceRule } from './acknowledge';

export interface ImageBakerProps {
  /** Name of the component it runs. */
  readonly name: string;
  readonly archive: Asset;
  readonly logGroup: ILogGroup;
}

/** Image Builder drives the machine by these: commands come in, and what is installed is told. They know no resources. */
const agentActions = [
  ...['ssm:UpdateInstanceInformation', 'ssm:ListInstanceAssociations', 'ssm:UpdateInstanceAssociationStatus'],
  ...['ssm:ListAssociations', 'ssm:DescribeAssociation', 'ssm:UpdateAssociationStatus'],
  ...['ssm:DescribeDocument', 'ssm:GetDocument', 'ssm:GetManifest', 'ssm:PutInventory', 'ssm:PutComplianceItems'],
  ...['ssmmessages:CreateControlChannel', 'ssmmessages:CreateDataChannel'],
  ...['ssmmessages:OpenControlChannel', 'ssmmessages:OpenDataChannel'],
  ...['ec2messages:AcknowledgeMessage', 'ec2messages:DeleteMessage', 'ec2messages:FailMessage'],
  ...['ec2messages:GetEndpoint', 'ec2messages:GetMessages', 'ec2messages:SendReply'],
];

/**
 * AWS's own two policies for this would also let it read every parameter of the account, and every component.
 * @see https://docs.aws.amazon.com/imagebuilder/latest/userguide/security-iam-awsmanpol.html EC2InstanceProfileForImageBuilder
 */
export class ImageBaker extends Construct {
  readonly role: Role;

  constructor(scope: Construct, id: string, { name, archive, logGroup }: ImageBakerProps) {
    super(scope, id);
    const stack = Stack.of(this);
    const releaseArn = archive.bucket.arnForObjects(archive.s3ObjectKey);
    const componentArn = stack.formatArn({ service: 'imagebuilder', resource: 'component', resourceName: `${name}/*` });
    const toolsArn = `arn:${stack.partition}:s3:::ec2imagebuilder*`;
    const logArn = stack.formatArn({
      service: 'logs',
      resource: 'log-group',
      resourceName: `${logGroup.logGroupName}:*`,
      arnFormat: ArnFormat.COLON_RESOURCE_NAME,
    });
    const rights = new ManagedPolicy(this, 'Rights', {
      description: 'What baking and testing an image takes',
      statements: [
        new PolicyStatement({ sid: 'Release', actions: ['s3:GetObject'], resources: [releaseArn] }),
        new PolicyStatement({ sid: 'Component', actions: ['imagebuilder:GetComponent'], resources: [componentArn] }),
        new PolicyStatement({ sid: 'Tools', actions: ['s3:GetObject'], resources: [toolsArn] }),
        new PolicyStatement({
          sid: 'Log',
          actions: ['logs:CreateLogGroup', 'logs:CreateLogStream', 'logs:PutLogEvents'],
          resources: [logArn],
        }),
        new PolicyStatement({ sid: 'Agent', actions: agentActions, resources: ['*'] }),
      ],
    });
    acknowledge(
      rights,
      { 'IAM5[Resource::*]': ['solutions'] },
      'the calls by which Systems Manager drives a machine know no resources',
    );
    acknowledge(
      rights,
      Object.fromEntries(
        [componentArn, toolsArn, logArn].map((arn) => [toResourceRule(this, arn), ['solutions'] as const]),
      ),
      'the stars are versions of this one component, streams of this one log, and the buckets of AWS that hold its tools',
    );
    this.role = new Role(this, 'Role', {
      description: `The machine that bakes images of ${name}`,
      assumedBy: new ServicePrincipal('ec2.amazonaws.com'),
      managedPolicies: [rights],
    });
  }
}
