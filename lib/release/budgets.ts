// What a release may cost: its size, its start and its making, each held to a figure, so that none grows unseen.

export interface Budget {
  /** What is measured. */
  readonly what: 'app bundle' | 'start' | 'packing';
  /**
   * Measured.
   * @default - it could not be, here
   */
  readonly figure?: number;
  readonly limit: number;
  readonly unit: 'MB' | 'ms' | 's';
}

/** Milliseconds from the start of an app to its first answer. */
export const startLimitMs = 200;

/** 1 MB is 1,000,000 bytes. */
const bytesOfMB = 1_000_000;

export interface Measured {
  /** Of JavaScript of the app. */
  readonly appBytes: number;
  /**
   * From the start of the app to its first answer.
   * @default - it was not tried
   */
  readonly startMs?: number;
  readonly packingSeconds: number;
}

export const toBudgets = ({ appBytes, startMs, packingSeconds }: Measured): Budget[] => [
  { what: 'app bundle', figure: Math.round((appBytes / bytesOfMB) * 1000) / 1000, limit: 5, unit: 'MB' },
  { what: 'start', figure: startMs, limit: startLimitMs, unit: 'ms' },
  { what: 'packing', figure: Math.round(packingSeconds * 10) / 10, limit: 3, unit: 's' },
];

export const isWithin = ({ figure, limit }: Budget): boolean => figure === undefined || figure <= limit;
