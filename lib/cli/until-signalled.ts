// Work that goes on until it is done or a signal asks for its end.
import { OperatorError } from '../config/operator-error';

/** Works until it is done, or a signal asks it to stop. */
export async function untilSignalled(
  { json }: { readonly json?: boolean },
  work: (stop: AbortSignal) => Promise<void>,
): Promise<number> {
  const stop = new AbortController();
  const onSignal = (): void => stop.abort();
  const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;
  for (const signal of signals) process.on(signal, onSignal);
  // Whoever read what this prints has gone, as in `npm start | head`: stop in order, do not die and leave it running.
  process.stdout.on('error', onSignal);
  try {
    await work(stop.signal);
    return 0;
  } catch (error) {
    if (json && error instanceof OperatorError) console.log(JSON.stringify({ event: 'failed', error: error.message }));
    throw error;
  } finally {
    for (const signal of signals) process.off(signal, onSignal);
  }
}
