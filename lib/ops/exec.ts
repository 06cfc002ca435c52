// `clonekit exec`: runs a command on clones by Run Command, without a login.
import {
  CancelCommandCommand,
  GetCommandInvocationCommand,
  type GetCommandInvocationResult,
  InvocationDoesNotExist,
  SendCommandCommand,
  SSMClient,
} from '@aws-sdk/client-ssm';
import { cloneFolder } from '../config/names';
import type { Aws } from './aws';
import { pause, pollSeconds } from './poll';

export interface Ran {
  readonly clone: string;
  /** Run Command's word, e.g. Success, Failed, TimedOut, Undeliverable; TimedOut also where it told nothing at all. */
  readonly status: string;
  readonly exitCode: number;
  readonly stdout: string;
  readonly stderr: string;
}

export interface ExecOptions {
  /** @default 60 */
  readonly timeoutSeconds?: number;
  readonly onEnded?: (ran: Ran) => void;
  /** Ends it on the clones, too, where the operator does not want to wait for it. @default false */
  readonly isCancelled?: boolean;
}

const goesOn = /^(Pending|InProgress|Delayed|Cancelling)$/;
/** So many ids a command takes. */
const mostIds = 50;

/** One shell script on each of the clones. @returns in their order */
export async function exec(
  aws: Aws,
  clones: readonly string[],
  script: string,
  { timeoutSeconds = 60, onEnded = () => {}, isCancelled = false }: ExecOptions = {},
): Promise<Ran[]> {
  const ssm = aws.of(SSMClient);
  const all: Ran[] = [];
  for (let from = 0; from < clones.length; from += mostIds) {
    const InstanceIds = clones.slice(from, from + mostIds);
    const { Command } = await ssm.send(
      new SendCommandCommand({
        ...{ DocumentName: 'AWS-RunShellScript', InstanceIds, TimeoutSeconds: 30 },
        Parameters: {
          ...{ commands: [script], executionTimeout: [String(timeoutSeconds)] },
          // Where the release is: else it would be the folder of the agent.
          workingDirectory: [cloneFolder],
        },
      }),
    );
    const CommandId = Command?.CommandId ?? '';
    const waits = InstanceIds.map(async (InstanceId) => {
      const ran = await waitForEnd(aws, CommandId, InstanceId, timeoutSeconds + 60);
      onEnded(ran);
      return ran;
    });
    try {
      all.push(...(await Promise.all(waits)));
    } catch (error) {
      await Promise.allSettled(waits);
      if (aws.stop.aborted && isCancelled) await ssm.send(new CancelCommandCommand({ CommandId }));
      throw error;
    }
  }
  return all;
}

async function waitForEnd(aws: Aws, CommandId: string, InstanceId: string, withinSeconds: number): Promise<Ran> {
  const deadline = performance.now() + withinSeconds * 1000;
  while (performance.now() < deadline) {
    try {
      const found = await aws.of(SSMClient).send(new GetCommandInvocationCommand({ CommandId, InstanceId }));
      if (!goesOn.test(found.Status ?? 'Pending')) return toRan(InstanceId, found);
    } catch (error) {
      // Told to Run Command, and not yet to whoever asks.
      if (!(error instanceof InvocationDoesNotExist)) throw error;
    }
    await pause(aws, Math.min(pollSeconds(aws), 1));
  }
  // Of this one nothing is known; what the others said still counts.
  const stderr = `it told nothing within ${withinSeconds} s; look at command ${CommandId}\n`;
  return { clone: InstanceId, status: 'TimedOut', exitCode: -1, stdout: '', stderr };
}

const toRan = (clone: string, found: GetCommandInvocationResult): Ran => ({
  clone,
  status: found.Status ?? 'Failed',
  exitCode: found.ResponseCode ?? -1,
  stdout: found.StandardOutputContent ?? '',
  stderr: found.StandardErrorContent ?? '',
});
