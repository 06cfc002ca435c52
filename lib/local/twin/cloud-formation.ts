// CloudFormation: the stacks of the stage and their outputs, by which every command finds what it works on.
import * as schemas from '@aws-sdk/client-cloudformation';
import { outputs as names, tags } from '../../config/names';
import type { Fleet } from '../fleet';
import { account, toHex } from '../physical';
import type { StackResource } from '../plan';
import { toPage } from './page';
import { AwsError, type Service } from './service';

export const cloudFormation: Service = {
  signingName: 'cloudformation',
  protocol: 'query',
  namespace: 'http://cloudformation.amazonaws.com/doc/2010-05-15/',
  schemas,
  wrongTokenCode: 'ValidationError',
  actions: {
    DescribeStacks: (input: schemas.DescribeStacksInput, fleet): schemas.DescribeStacksOutput => {
      const wanted = input.StackName === undefined ? listStacks(fleet) : [getStack(input.StackName, fleet)];
      const { items, next } = toPage(wanted, undefined, input.NextToken);
      return { Stacks: items, NextToken: next };
    },
    ListStacks: (input: schemas.ListStacksInput, fleet): schemas.ListStacksOutput => {
      const statuses = input.StackStatusFilter ?? [];
      const all = listStacks(fleet).filter(
        ({ StackStatus = 'CREATE_COMPLETE' }) => statuses.length === 0 || statuses.includes(StackStatus),
      );
      const { items, next } = toPage(all, pageSize, input.NextToken);
      return {
        StackSummaries: items.map(({ StackName, StackId, CreationTime, StackStatus }) => ({
          ...{ StackName, StackId, CreationTime, StackStatus },
        })),
        NextToken: next,
      };
    },
    ListStackResources: (input: schemas.ListStackResourcesInput, fleet): schemas.ListStackResourcesOutput => {
      const { StackName } = getStack(input.StackName, fleet);
      const own = fleet.plan.resources.filter(({ stack }) => stack === StackName);
      const { items, next } = toPage(own, pageSize, input.NextToken);
      return {
        StackResourceSummaries: items.map((resource) => ({
          ...toResource(resource),
          LastUpdatedTimestamp: fleet.startedAt,
        })),
        NextToken: next,
      };
    },
    DescribeStackResources: (
      input: schemas.DescribeStackResourcesInput,
      fleet,
    ): schemas.DescribeStackResourcesOutput => {
      const { StackName, StackId } = getStack(input.StackName, fleet);
      const own = fleet.plan.resources.filter(
        ({ stack, logicalId }) => stack === StackName && (input.LogicalResourceId ?? logicalId) === logicalId,
      );
      return {
        // AWS tells no more than these.
        StackResources: own.slice(0, pageSize).map((resource) => ({
          ...{ ...toResource(resource), StackName, StackId, Timestamp: fleet.startedAt },
        })),
      };
    },
    GetTemplate: (input: schemas.GetTemplateInput, fleet): schemas.GetTemplateOutput => {
      const { StackName = '' } = getStack(input.StackName, fleet);
      return {
        TemplateBody: JSON.stringify(fleet.plan.templates[StackName]),
        StagesAvailable: ['Original', 'Processed'],
      };
    },
  },
};

/** What AWS gives at once. */
const pageSize = 100;

const listStacks = (fleet: Fleet): schemas.Stack[] => {
  const { plan } = fleet;
  return Object.entries(plan.toOutputs(fleet.addresses)).map(
    ([StackName, outputs]): schemas.Stack => ({
      StackName,
      StackId: `arn:aws:cloudformation:${plan.region}:${account}:stack/${StackName}/${toHex(StackName, 32)}`,
      CreationTime: fleet.startedAt,
      StackStatus: 'CREATE_COMPLETE',
      Outputs: Object.entries(outputs).map(([OutputKey, OutputValue]) => ({
        OutputKey,
        // There is no TLS on this machine, whatever the template's address begins with.
        OutputValue: OutputKey === names.fleet.url ? fleet.url : OutputValue,
      })),
      Tags: [{ Key: tags.stage, Value: plan.stage }],
    }),
  );
};

/** By name or id. */
function getStack(wanted: string | undefined, fleet: Fleet): schemas.Stack {
  const found = listStacks(fleet).find(({ StackName, StackId }) => wanted === StackName || wanted === StackId);
  if (found) return found;
  throw new AwsError('ValidationError', `Stack with id ${wanted} does not exist`);
}

const toResource = ({ logicalId, physicalId, type }: StackResource) => ({
  LogicalResourceId: logicalId,
  PhysicalResourceId: physicalId,
  ResourceType: type,
  ResourceStatus: 'CREATE_COMPLETE' as const,
});
