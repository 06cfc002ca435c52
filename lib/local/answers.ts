// Whether an app answers a path: asked of every clone alike, be it a process or a machine.
import type { Address } from './physical';

/** Whether it answers 200. Rejects when nobody answers within the time. */
export async function answers({ host, port }: Address, path: string, timeoutMs: number): Promise<boolean> {
  const signal = AbortSignal.timeout(timeoutMs);
  const response = await fetch(`http://${host}:${port}${path}`, { signal, headers: { connection: 'close' } });
  await response.arrayBuffer();
  return response.status === 200;
}
