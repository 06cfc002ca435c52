// Where a command works: a stage on AWS, or the same stage on this machine; only the endpoint differs.
import type { StageName } from '../config/names';

export interface Target {
  readonly stage: StageName;
  /** Where AWS's API is answered; absent: AWS itself, found as the SDK does. */
  readonly endpoint?: string;
  /** @default - as the SDK finds it (AWS_REGION, profile) */
  readonly region?: string;
  /** Access key that the twin lets run programs on clones. @default - one that may do everything else */
  readonly operatorKey?: string;
}

/** Tries of each call, with the SDK's own backoff and jitter between them: about 3 s in all where AWS throttles. */
const maxAttempts = 4;

/** Milliseconds of each try. No call here answers that late: one that waits for something is asked again and again instead. */
const requestHandler = { connectionTimeout: 3000, requestTimeout: 15_000, throwOnRequestTimeout: true };

/** The configuration every SDK client of a command gets. */
export const toClientConfig = ({ endpoint, region, operatorKey = 'local' }: Target) => ({
  region,
  endpoint,
  maxAttempts,
  requestHandler,
  // The twin takes any credentials; real ones must never be sent to it.
  ...(endpoint
    ? {
        credentials: { accessKeyId: operatorKey, secretAccessKey: operatorKey },
        // A profile may ask for these; they know no endpoint of one's own.
        useFipsEndpoint: false,
        useDualstackEndpoint: false,
      }
    : {}),
});

/** How people read where that is. */
export const toPlace = ({ stage, endpoint }: Target): string => `stage ${stage} on ${endpoint ?? 'AWS'}`;
