// Has a process of its own put load on a contender.

import { once } from 'node:events';
import { join } from 'node:path';
import type { Readable } from 'node:stream';
import { text } from 'node:stream/consumers';
import type { LoadResult, RunOptions } from '../load/run-load';
import type { Workshop } from '../workshop';
import type { Contender } from './contenders';

export async function generate(
  workshop: Workshop,
  { port, request, bodyFile }: Contender,
  options: Pick<RunOptions, 'connections' | 'milliseconds' | 'perSecond'>,
): Promise<LoadResult> {
  const given: RunOptions = { port, request, bodyFile, ...options };
  const file = join(__dirname, '../load/run-load.ts');
  const child = workshop.spawn([process.execPath, '--import', 'tsx', file, JSON.stringify(given)], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const closed = once(child, 'close');
  const said = await text(child.stdout as Readable);
  const [code] = await closed;
  if (code !== 0) throw new Error(`The load failed (${code}): see above.`);
  return JSON.parse(said) as LoadResult;
}
