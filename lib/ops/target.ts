// Where a command works: a stage on AWS, or the same stage on this machine; only the endpoint differs.
import type { StageName } from '../config/names';

export interface Target {
  readonly stage: StageName;
  /** Where AWS's API is answered; absent: AWS itself, found as the SDK does. */
  readonly endpoint?: string;
  /** @default - as the SDK finds it (AWS_REGION, profile) */
  readonly region?: string;
}

/** The configuration every SDK client of a command gets. */
export const toClientConfig = ({ endpoint, region }: Target) => ({
  region,
  endpoint,
  maxAttempts: 3,
  // The twin takes any credentials; real ones must never be sent to it.
  ...(endpoint
    ? {
        credentials: { accessKeyId: 'local', secretAccessKey: 'local' },
        // A profile may ask for these; they know no endpoint of one's own.
        useFipsEndpoint: false,
        useDualstackEndpoint: false,
      }
    : {}),
});
