// Finds what a stage consists of: the outputs of its stacks.
import { CloudFormationClient, DescribeStacksCommand } from '@aws-sdk/client-cloudformation';
import { type StackPart, stackName } from '../config/names';
import { OperatorError } from '../config/operator-error';
import { type Target, toClientConfig } from './target';

/** Throws an OperatorError when the stack does not exist. */
export async function getStageOutputs(target: Target, part: StackPart): Promise<Record<string, string>> {
  const client = new CloudFormationClient(toClientConfig(target));
  const name = stackName(target.stage, part);
  try {
    const { Stacks } = await client.send(new DescribeStacksCommand({ StackName: name }));
    const outputs = Stacks?.[0]?.Outputs ?? [];
    return Object.fromEntries(outputs.map(({ OutputKey, OutputValue }) => [OutputKey ?? '', OutputValue ?? '']));
  } catch (error) {
    if (!/does not exist/.test((error as Error).message)) throw error;
    const remedy = target.endpoint ? 'see: npx clonekit status' : `deploy it with: npx cdk deploy '${name}'`;
    throw new OperatorError(`stage ${target.stage}: has no stack ${name} in this account and region; ${remedy}`);
  } finally {
    client.destroy();
  }
}
