// The outputs of one stack of a stage.
import { CloudFormationClient, DescribeStacksCommand } from '@aws-sdk/client-cloudformation';
import { type StackPart, stackName } from '../config/names';
import { OperatorError } from '../config/operator-error';
import type { Aws } from './aws';

/** Nothing of the stage is deployed, or a part of it is not. */
export class NoStack extends OperatorError {}

/** @throws NoStack when the stack does not exist */
export async function getStageOutputs(aws: Aws, part: StackPart): Promise<Record<string, string>> {
  const { stage, endpoint } = aws.target;
  const name = stackName(stage, part);
  try {
    const { Stacks } = await aws.of(CloudFormationClient).send(new DescribeStacksCommand({ StackName: name }));
    const outputs = Stacks?.[0]?.Outputs ?? [];
    return Object.fromEntries(outputs.map(({ OutputKey, OutputValue }) => [OutputKey ?? '', OutputValue ?? '']));
  } catch (error) {
    if (!/does not exist/.test((error as Error).message)) throw error;
    const remedy = endpoint ? 'see: npx clonekit status' : `deploy it with: npx cdk deploy '${name}'`;
    throw new NoStack(`stage ${stage}: has no stack ${name} in this account and region; ${remedy}`);
  }
}
