// Single flight within a clone: many ask for the same at once, one goes, and all of them get what it brings.

interface Flight {
  began: number;
  landing: Promise<unknown>;
}

export class Flights {
  readonly #flights = new Map<string, Flight>();
  #count = 0;

  /** A moment before which nobody could have read what a later flight brings. */
  now(): number {
    return ++this.#count;
  }

  isUnderWay(name: string): boolean {
    return this.#flights.has(name);
  }

  /**
   * Joins a flight only if it began after the caller arrived: one from before may bring what was already out of date
   * then. Behind such a one the next begins when it has landed, so there are never two of a name in the air.
   */
  async join<T>(name: string, arrived: number, fly: () => Promise<T>): Promise<T> {
    for (;;) {
      const flight = this.#flights.get(name);
      if (!flight) return this.#begin(name, fly);
      if (flight.began > arrived) return flight.landing as Promise<T>;
      await flight.landing.catch(() => undefined);
    }
  }

  #begin<T>(name: string, fly: () => Promise<T>): Promise<T> {
    const landing = fly().finally(() => this.#flights.delete(name));
    this.#flights.set(name, { began: this.now(), landing });
    return landing;
  }
}
