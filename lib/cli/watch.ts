// Prints a view again and again until somebody has seen enough.
import { setTimeout as delay } from 'node:timers/promises';
import { untilSignalled } from './until-signalled';

const everyMs = 2000;

/** Once, or with `watch` every two seconds: on a terminal in place of the one before, elsewhere below it. */
export async function show(
  { watch, json }: { readonly watch?: boolean; readonly json?: boolean },
  view: () => Promise<{ readonly text: string; readonly code: number }>,
): Promise<number> {
  if (!watch) return print(await view());
  return await untilSignalled({ json }, async (stop) => {
    while (!stop.aborted) {
      const { text } = await view();
      if (stop.aborted) return;
      if (process.stdout.isTTY && !json) process.stdout.write('\u001b[H\u001b[2J');
      console.log(text);
      await delay(everyMs, undefined, { signal: stop }).catch(() => {});
    }
  });
}

function print({ text, code }: { readonly text: string; readonly code: number }): number {
  console.log(text);
  return code;
}
