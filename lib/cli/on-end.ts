// Who wants a command to end: a signal, or a reader of what it prints that has gone, as in `| head`.

const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

/** Told of each; until it is let go nothing of that ends the process by itself. @returns lets go of them */
export function onEnd(end: () => void): () => void {
  const outputs = [process.stdout, process.stderr];
  for (const signal of signals) process.on(signal, end);
  for (const output of outputs) output.on('error', end);
  return () => {
    for (const signal of signals) process.off(signal, end);
    for (const output of outputs) output.off('error', end);
  };
}
