// CloudFormation: the stacks of the stage and their outputs, by which every command finds what it works on.
import * as schemas from '@aws-sdk/client-cloudformation';
import { outputs as names, tags } from '../../config/names';
import { account, toHex } from '../physical';
import { AwsError, type Service, select } from './service';

export const cloudFormation: Service = {
  signingName: 'cloudformation',
  protocol: 'query',
  namespace: 'http://cloudformation.amazonaws.com/doc/2010-05-15/',
  schemas,
  actions: {
    DescribeStacks: (input: schemas.DescribeStacksInput, fleet): schemas.DescribeStacksOutput => {
      const { plan } = fleet;
      const stacks = Object.entries(plan.toOutputs(fleet.addresses)).map(
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
      const wanted = input.StackName === undefined ? undefined : [input.StackName];
      const missing = (name: string) => new AwsError('ValidationError', `Stack with id ${name} does not exist`);
      const nameOf = ({ StackName, StackId }: schemas.Stack) => (input.StackName === StackId ? StackId : StackName);
      return { Stacks: select(stacks, wanted, nameOf, missing) };
    },
  },
};
