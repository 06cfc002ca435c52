// The rolls of a group: one at a time, and those that were.
import { InstanceRefresh, type RefreshOptions } from './instance-refresh';

export class Refreshes {
  readonly #all: InstanceRefresh[] = [];

  constructor(private readonly options: Pick<RefreshOptions, 'group' | 'stop' | 'onEvent'>) {}

  /** The newest first. */
  get all(): readonly InstanceRefresh[] {
    return this.#all;
  }

  /** The one that goes on. */
  get running(): InstanceRefresh | undefined {
    const [newest] = this.#all;
    return newest?.isRunning ? newest : undefined;
  }

  /** Begins to replace every clone. None must be running. @returns it, and when it has ended */
  start(options: Pick<RefreshOptions, 'preferences' | 'wanted' | 'isAlarmed'>): {
    readonly refresh: InstanceRefresh;
    readonly ended: Promise<void>;
  } {
    const refresh = new InstanceRefresh({ ...this.options, ...options });
    this.#all.unshift(refresh);
    return { refresh, ended: refresh.run() };
  }
}
