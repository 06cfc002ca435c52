// What people would notice while something is done to a fleet: sessions lost, failed requests, how long they wait, what is stale.
import { randomBytes } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import { OperatorError } from '../../config/operator-error';
import { type Answer, Person } from './person';

export interface ProbeReport {
  readonly people: number;
  readonly requests: number;
  /** Answers of 500 and above. */
  readonly serverErrors: number;
  /** Requests that got no answer at all within 10 s. */
  readonly unanswered: number;
  readonly sessionsLost: number;
  /** Reads of one's own that were older than the last acknowledged write. */
  readonly staleReads: number;
  readonly milliseconds: { readonly p50: number; readonly p99: number; readonly most: number };
  /** How many clones answered. */
  readonly clones: number;
}

export interface ProbeOptions {
  /** @default 5 */
  readonly people?: number;
  /** Between two requests of one person. @default 100 */
  readonly pauseMs?: number;
}

/** So long everybody tries to learn, at the end, whether they are still signed in. */
const lastAnswerMs = 30_000;

export class Probe {
  readonly #people: Person[];
  readonly #milliseconds: number[] = [];
  readonly #clones = new Set<string>();
  readonly #lost = new Set<Person>();
  readonly #stop = new AbortController();
  #serverErrors = 0;
  #unanswered = 0;
  #staleReads = 0;
  #going: Promise<unknown> = Promise.resolve();
  #stopped: Promise<ProbeReport> | undefined;

  private constructor(
    people: Person[],
    private readonly pauseMs: number,
  ) {
    this.#people = people;
  }

  /** @throws OperatorError when the app does not let people in */
  static async start(url: string, { people = 5, pauseMs = 100 }: ProbeOptions = {}): Promise<Probe> {
    const run = randomBytes(5).toString('hex');
    const all = Array.from(
      { length: people },
      (_, index) => new Person(url, `probe-${run}-${index}`, randomBytes(18).toString('base64url')),
    );
    for (const person of all) {
      const problem = await person.begin();
      if (problem === undefined) continue;
      throw new OperatorError(
        `probe: must be able to register and sign in at ${url}, got: ${problem.replace(/\.$/, '')}. ${toRemedy(problem)}`,
      );
    }
    const probe = new Probe(all, pauseMs);
    probe.#going = Promise.all(all.map((person) => probe.#live(person)));
    return probe;
  }

  async #live(person: Person): Promise<void> {
    for (let turn = 0; !this.#stop.signal.aborted; turn++) {
      const me = await person.isSignedIn();
      this.#count(me.answer);
      if (me.holds === false) this.#lost.add(person);
      if (turn % 4 === 0) this.#count(await person.write());
      const own = await person.read();
      this.#count(own.answer);
      if (own.holds === false) this.#staleReads++;
      await delay(this.pauseMs, undefined, { signal: this.#stop.signal }).catch(() => {});
    }
  }

  /** What was done may have signed somebody out since they last looked. */
  async #askLast(person: Person): Promise<void> {
    for (const deadline = Date.now() + lastAnswerMs; Date.now() < deadline; ) {
      const { answer, holds } = await person.isSignedIn();
      this.#count(answer);
      if (holds === false) this.#lost.add(person);
      if (holds !== undefined) return;
      await delay(this.pauseMs);
    }
    // Who is told nothing for so long is signed out as well.
    this.#lost.add(person);
  }

  #count({ status, milliseconds, clone }: Answer): void {
    this.#milliseconds.push(milliseconds);
    if (clone) this.#clones.add(clone);
    if (status === 0) this.#unanswered++;
    else if (status >= 500) this.#serverErrors++;
  }

  /** What was seen so far. */
  report(): ProbeReport {
    const sorted = [...this.#milliseconds].sort((a, b) => a - b);
    const at = (share: number): number =>
      Math.round(sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? 0);
    return {
      people: this.#people.length,
      requests: sorted.length,
      serverErrors: this.#serverErrors,
      unanswered: this.#unanswered,
      sessionsLost: this.#lost.size,
      staleReads: this.#staleReads,
      milliseconds: { p50: at(0.5), p99: at(0.99), most: at(1) },
      clones: this.#clones.size,
    };
  }

  /** Its people sign out; what they wrote stays. Safe to call more than once. */
  stop(): Promise<ProbeReport> {
    this.#stopped ??= this.#end();
    return this.#stopped;
  }

  async #end(): Promise<ProbeReport> {
    this.#stop.abort();
    await this.#going;
    await Promise.all(this.#people.map((person) => this.#askLast(person)));
    const report = this.report();
    await Promise.all(this.#people.map((person) => person.end()));
    return report;
  }
}

const toRemedy = (problem: string): string =>
  /^(0|5\d\d)\b/.test(problem)
    ? 'See: npx clonekit status, and whether maintenance is on'
    : 'It speaks the API of the reference app';

/** How often somebody noticed something. */
export const countNoticed = ({ serverErrors, unanswered, sessionsLost, staleReads }: ProbeReport): number =>
  serverErrors + unanswered + sessionsLost + staleReads;
