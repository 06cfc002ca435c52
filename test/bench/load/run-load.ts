// Load as a process of its own, so that it is not what it measures: options are the argument, the result is printed.
import { readFileSync } from 'node:fs';
import { type LoadOptions, load } from './load';

/** As `LoadOptions`, with the body in a file. */
export type RunOptions = Omit<LoadOptions, 'body'> & { readonly bodyFile: string };

export interface LoadResult {
  readonly perSecond: number;
  readonly answers: number;
  /** Milliseconds. */
  readonly p50: number;
  readonly p99: number;
}

async function main(): Promise<void> {
  const { bodyFile, ...options } = JSON.parse(process.argv[2] ?? '') as RunOptions;
  const { milliseconds, latencies } = await load({ ...options, body: readFileSync(bodyFile) });
  const at = (share: number): number => latencies[Math.floor(latencies.length * share)] ?? Number.NaN;
  const perSecond = (latencies.length * 1_000) / milliseconds;
  const result: LoadResult = { perSecond, answers: latencies.length, p50: at(0.5), p99: at(0.99) };
  console.log(JSON.stringify(result));
}

if (require.main === module)
  main().catch((error: unknown) => {
    console.error(error);
    process.exit(1);
  });
