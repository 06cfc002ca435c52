// Tells how far a bake is and how long it may still take: when its state changes, and once a minute in between.
import type { BakeProgress } from '../ops/image-wait';

/** Seconds a bake of a small image is usually in each state, in their order: an estimate, and told as one. */
const usualSeconds: Readonly<Record<string, number>> = {
  pending: 30,
  creating: 60,
  building: 600,
  testing: 600,
  integrating: 30,
  distributing: 120,
};

const toMinutes = (seconds: number): number => Math.ceil(seconds / 60);

/** Seconds that are left when so many have passed in this state; never nothing before it is over. */
export function toSecondsLeft(state: string, secondsInState: number): number {
  const states = Object.keys(usualSeconds);
  const at = states.indexOf(state);
  if (at < 0) return 0;
  const later = states.slice(at + 1).reduce((sum, one) => sum + (usualSeconds[one] ?? 0), 0);
  return Math.max(60, (usualSeconds[state] ?? 0) - secondsInState) + later;
}

/** A function that is called with every look at the bake, and prints what is news. */
export function createBakeReport(print: (line: string) => void): (progress: BakeProgress) => void {
  let told: BakeProgress | undefined;
  let since = 0;
  return ({ state, seconds }) => {
    const isNew = state !== told?.state;
    if (isNew) since = seconds;
    if (!isNew && seconds - (told?.seconds ?? 0) < 60) return;
    told = { state, seconds };
    const left = toSecondsLeft(state, seconds - since);
    const estimate = left > 0 ? `, about ${toMinutes(left)} min left` : '';
    print(`${state.padEnd(12)}  after ${Math.floor(seconds / 60)} min${estimate}`);
  };
}
