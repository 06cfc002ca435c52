// Waits for an image to come to an end, of whichever kind: patient with a service that is busy, and not forever.
import { setTimeout as delay } from 'node:timers/promises';
import type { Image } from '@aws-sdk/client-imagebuilder';
import { OperatorError } from '../config/operator-error';

export interface Patience {
  /** @default 15 - a bake takes half an hour */
  readonly pollSeconds: number;
  /** @default 7200 - a slow bake with a queue before it; longer is no bake that ends */
  readonly withinSeconds: number;
}

/** What is told while it is waited. */
export interface BakeProgress {
  /** Image Builder's word in small letters: pending, creating, building, testing, distributing, available. */
  readonly state: string;
  /** Since it is waited. */
  readonly seconds: number;
}

interface WaitOptions extends Partial<Patience> {
  readonly ask: () => Promise<Image | undefined>;
  readonly report: (progress: BakeProgress) => void;
  readonly stop?: AbortSignal;
}

/** Whether nothing will become of an image any more but what it is. */
export const isEnded = (status: string | undefined): boolean =>
  ['AVAILABLE', 'CANCELLED', 'FAILED', 'DEPRECATED', 'DELETED', 'DISABLED'].includes(status ?? '');

/** What says nothing about the image: too many questions, a service that is away, a line that broke. */
const passing =
  /^(CallRateLimitExceeded|TooManyRequests|Throttling|RequestLimitExceeded|ServiceUnavailable|ServiceException|Timeout)/;
const passingCodes = ['ECONNRESET', 'ECONNREFUSED', 'ETIMEDOUT', 'EAI_AGAIN', 'EPIPE'];

const isPassing = (error: unknown): boolean => {
  const { name = '', code = '' } = error as { name?: string; code?: string };
  return passing.test(name) || passingCodes.includes(code);
};

/** @throws OperatorError when it takes too long, or is not to be waited for any more; the bake goes on in both cases */
export async function waitForImage(
  arn: string,
  { ask, report, stop, pollSeconds = 15, withinSeconds = 7200 }: WaitOptions,
): Promise<Image> {
  const begun = Date.now();
  const giveUp = (why: string): never => {
    throw new OperatorError(`${arn}: ${why}; the bake goes on: wait for it again with the same command`);
  };
  let state = 'pending';
  for (;;) {
    if (stop?.aborted) giveUp(`must have ended, got: ${state}, and nobody waits any more`);
    const image = await ask().catch((error) => (isPassing(error) ? undefined : Promise.reject(error)));
    const seconds = (Date.now() - begun) / 1000;
    if (image) {
      state = image.state?.status?.toLowerCase() ?? state;
      report({ state, seconds });
      if (isEnded(image.state?.status)) return image;
    }
    if (seconds >= withinSeconds) giveUp(`must have ended within ${withinSeconds} s, got: ${state}`);
    await delay(pollSeconds * 1000, undefined, { signal: stop }).catch(() => undefined);
  }
}
