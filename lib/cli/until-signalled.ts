// Work that goes on until it is done or a signal asks for its end.
import { OperatorError } from '../config/operator-error';
import { onEnd } from './on-end';

/** Works until it is done, or a signal asks it to stop. */
export async function untilSignalled(
  { json }: { readonly json?: boolean },
  work: (stop: AbortSignal) => Promise<void>,
): Promise<number> {
  const stop = new AbortController();
  // Stop in order, do not die and leave it running.
  const letGo = onEnd(() => stop.abort());
  try {
    await work(stop.signal);
    return 0;
  } catch (error) {
    if (json && error instanceof OperatorError) console.log(JSON.stringify({ event: 'failed', error: error.message }));
    throw error;
  } finally {
    letGo();
  }
}
