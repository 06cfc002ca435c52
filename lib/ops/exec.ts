// `clonekit exec`: runs a command on clones by Run Command, without a login.
import { setTimeout as delay } from 'node:timers/promises';
import {
  GetCommandInvocationCommand,
  type GetCommandInvocationResult,
  InvocationDoesNotExist,
  SendCommandCommand,
  SSMClient,
} from '@aws-sdk/client-ssm';
import { OperatorError } from '../config/operator-error';
import type { Aws } from './aws';
import { pollSeconds } from './poll';

export interface Ran {
  readonly clone: string;
  /** Run Command's word, e.g. Success, Failed, TimedOut, Undeliverable. */
  readonly status: string;
  readonly exitCode: number;
  readonly stdout: string;
  readonly stderr: string;
}

export interface ExecOptions {
  /** @default 60 */
  readonly timeoutSeconds?: number;
  readonly onEnded?: (ran: Ran) => void;
}

const goesOn = /^(Pending|InProgress|Delayed|Cancelling)$/;
/** So many ids a command takes. */
const mostIds = 50;

/** One shell script on each of the clones. @returns in their order */
export async function exec(
  aws: Aws,
  clones: readonly string[],
  script: string,
  { timeoutSeconds = 60, onEnded = () => {} }: ExecOptions = {},
): Promise<Ran[]> {
  const ssm = aws.of(SSMClient);
  const all: Ran[] = [];
  for (let from = 0; from < clones.length; from += mostIds) {
    const InstanceIds = clones.slice(from, from + mostIds);
    const { Command } = await ssm.send(
      new SendCommandCommand({
        ...{ DocumentName: 'AWS-RunShellScript', InstanceIds, TimeoutSeconds: 30 },
        Parameters: { commands: [script], executionTimeout: [String(timeoutSeconds)] },
      }),
    );
    const CommandId = Command?.CommandId ?? '';
    const waits = InstanceIds.map(async (InstanceId) => {
      const ran = toRan(InstanceId, await waitForEnd(aws, CommandId, InstanceId, timeoutSeconds + 60));
      onEnded(ran);
      return ran;
    });
    all.push(...(await Promise.all(waits)));
  }
  return all;
}

async function waitForEnd(
  aws: Aws,
  CommandId: string,
  InstanceId: string,
  withinSeconds: number,
): Promise<GetCommandInvocationResult> {
  const deadline = performance.now() + withinSeconds * 1000;
  while (performance.now() < deadline) {
    try {
      const found = await aws.of(SSMClient).send(new GetCommandInvocationCommand({ CommandId, InstanceId }));
      if (!goesOn.test(found.Status ?? 'Pending')) return found;
    } catch (error) {
      // Told to Run Command, and not yet to whoever asks.
      if (!(error instanceof InvocationDoesNotExist)) throw error;
    }
    await delay(Math.min(pollSeconds(aws), 1) * 1000);
  }
  throw new OperatorError(
    `clone ${InstanceId}: must have ended what it was told, got: nothing within ${withinSeconds} s. Look at command ${CommandId}`,
  );
}

const toRan = (clone: string, found: GetCommandInvocationResult): Ran => ({
  clone,
  status: found.Status ?? 'Failed',
  exitCode: found.ResponseCode ?? -1,
  stdout: found.StandardOutputContent ?? '',
  stderr: found.StandardErrorContent ?? '',
});
