// Systems Manager: parameters, and scripts that are really run.
import * as schemas from '@aws-sdk/client-ssm';
import type { Command, Invocation } from '../commands';
import type { Fleet } from '../fleet';
import { isPending } from '../instance';
import { toPage } from './page';
import { parameterActions } from './parameters';
import { AwsError, type Caller, type Service } from './service';

/**
 * Any key may sign the other calls; but whoever reaches this port may be another user of this machine, and must not run programs
 * as this one. The operators' key is in a file that only its owner can read.
 */
function verifyOperator({ accessKey }: Caller, { operatorKey }: Fleet): void {
  if (accessKey === operatorKey) return;
  throw new AwsError(
    'AccessDeniedException',
    'User is not authorized to run programs on clones, or to read what they said. On this machine the access key must be the operatorKey of fleet.json.',
  );
}

const invalidInstance = (id: string) =>
  new AwsError('InvalidInstanceId', `Instances [[${id}]] not in a valid state for account`);

const toInvocation = (invocation: Invocation, { script }: Command): schemas.CommandInvocation => ({
  CommandId: invocation.commandId,
  InstanceId: invocation.instanceId,
  DocumentName: 'AWS-RunShellScript',
  RequestedDateTime: invocation.startedAt,
  Status: invocation.status,
  StatusDetails: invocation.status,
  Comment: script.slice(0, 100),
});

function getInvocation(
  { CommandId = '', InstanceId = '' }: schemas.GetCommandInvocationRequest,
  { commands }: Fleet,
): Invocation {
  const command = commands.find(CommandId);
  if (!command) throw new AwsError('InvalidCommandId', `Command ${CommandId} does not exist.`);
  const found = command.invocations.find(({ instanceId }) => instanceId === InstanceId);
  if (found) return found;
  throw new AwsError('InvocationDoesNotExist', `The command has no invocation on ${InstanceId}.`);
}

export const ssm: Service = {
  signingName: 'ssm',
  protocol: 'json',
  namespace: 'AmazonSSM',
  schemas,
  wrongTokenCode: 'InvalidNextToken',
  actions: {
    ...parameterActions,
    SendCommand: (input: schemas.SendCommandRequest, fleet, caller): schemas.SendCommandResult => {
      verifyOperator(caller, fleet);
      if (input.DocumentName !== 'AWS-RunShellScript') {
        throw new AwsError('InvalidDocument', `The local twin runs AWS-RunShellScript, got: ${input.DocumentName}`);
      }
      const { commands: lines, executionTimeout, workingDirectory, ...others } = input.Parameters ?? {};
      const [other] = Object.keys(others);
      if (other || !lines?.length)
        throw new AwsError(
          'InvalidParameters',
          `The local twin takes commands, executionTimeout and workingDirectory, got: ${other ?? 'none'}`,
        );
      const instances = (input.InstanceIds ?? []).map((id) => {
        const found = fleet.group.instances.get(id);
        if (!found?.clone?.place || isPending(found)) throw invalidInstance(id);
        return found;
      });
      if (instances.length === 0) throw invalidInstance('');
      const seconds = Number(executionTimeout?.[0] ?? 3600);
      // AWS takes up to two days.
      if (!Number.isInteger(seconds) || seconds < 1 || seconds > 172_800) {
        throw new AwsError(
          'InvalidParameters',
          `executionTimeout must be 1 to 172800 seconds, got: ${executionTimeout?.[0]}`,
        );
      }
      const command = fleet.commands.send(instances, `${lines.join('\n')}\n`, {
        seconds,
        folder: workingDirectory?.[0],
      });
      return {
        Command: {
          ...{ CommandId: command.id, DocumentName: input.DocumentName, RequestedDateTime: command.requestedAt },
          ...{
            InstanceIds: input.InstanceIds,
            TargetCount: instances.length,
            Status: 'InProgress',
            StatusDetails: 'InProgress',
          },
        },
      };
    },
    CancelCommand: (input: schemas.CancelCommandRequest, fleet, caller): void => {
      verifyOperator(caller, fleet);
      const command = fleet.commands.find(input.CommandId ?? '');
      if (!command) throw new AwsError('InvalidCommandId', `Command ${input.CommandId} does not exist.`);
      command.cancel();
    },
    GetCommandInvocation: (
      input: schemas.GetCommandInvocationRequest,
      fleet,
      caller,
    ): schemas.GetCommandInvocationResult => {
      verifyOperator(caller, fleet);
      const found = getInvocation(input, fleet);
      const { commandId, instanceId, startedAt, endedAt, status, exitCode, stdout, stderr } = found;
      return {
        ...{ CommandId: commandId, InstanceId: instanceId, DocumentName: 'AWS-RunShellScript', ResponseCode: exitCode },
        ...{ Status: status, StatusDetails: status, StandardOutputContent: stdout, StandardErrorContent: stderr },
        ExecutionStartDateTime: startedAt.toISOString(),
        ExecutionEndDateTime: endedAt?.toISOString() ?? '',
      };
    },
    ListCommandInvocations: (
      input: schemas.ListCommandInvocationsRequest,
      fleet,
      caller,
    ): schemas.ListCommandInvocationsResult => {
      verifyOperator(caller, fleet);
      const all = fleet.commands.all
        .filter(({ id }) => input.CommandId === undefined || id === input.CommandId)
        .flatMap((command) => command.invocations.map((one) => toInvocation(one, command)))
        .filter(({ InstanceId }) => input.InstanceId === undefined || InstanceId === input.InstanceId);
      const { items, next } = toPage(all, input.MaxResults, input.NextToken);
      return { CommandInvocations: items, NextToken: next };
    },
    DescribeInstanceInformation: (
      input: schemas.DescribeInstanceInformationRequest,
      fleet,
    ): schemas.DescribeInstanceInformationResult => {
      const managed = [...fleet.group.instances.values()].filter(
        (instance) => instance.clone?.place && !isPending(instance),
      );
      const { items, next } = toPage(managed, input.MaxResults, input.NextToken);
      return {
        InstanceInformationList: items.map(({ id, launchedAt }) => ({
          ...{ InstanceId: id, PingStatus: 'Online', LastPingDateTime: new Date(), ResourceType: 'EC2Instance' },
          ...{ PlatformType: 'Linux', RegistrationDate: launchedAt },
        })),
        NextToken: next,
      };
    },
  },
};
