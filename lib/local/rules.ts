// Rules of the listener that people added: the load balancer itself answers what they fit.
import { toHex } from './physical';

export interface FixedResponse {
  readonly status: number;
  readonly contentType: string;
  readonly body: string;
}

export interface ListenerRule {
  readonly arn: string;
  readonly priority: number;
  /** Paths it is for, in which `*` and `?` stand for anything; any of them. */
  readonly paths: readonly string[];
  readonly response: FixedResponse;
}

export class ListenerRules {
  readonly #all = new Map<string, ListenerRule>();
  #made = 0;

  constructor(
    readonly listenerArn: string,
    /** Has the load balancer heed them. */
    private readonly apply: (rules: readonly ListenerRule[]) => Promise<void>,
  ) {}

  /** In the order in which they are looked at. */
  get all(): ListenerRule[] {
    return [...this.#all.values()].sort((a, b) => a.priority - b.priority);
  }

  find(arn: string): ListenerRule | undefined {
    return this.#all.get(arn);
  }

  async add(rule: Omit<ListenerRule, 'arn'>): Promise<ListenerRule> {
    const id = toHex(`${this.listenerArn} ${this.#made++}`, 16);
    const made = { ...rule, arn: `${this.listenerArn.replace(':listener/', ':listener-rule/')}/${id}` };
    this.#all.set(made.arn, made);
    try {
      await this.apply(this.all);
    } catch (error) {
      this.#all.delete(made.arn);
      throw error;
    }
    return made;
  }

  async remove(arn: string): Promise<void> {
    const rule = this.#all.get(arn);
    this.#all.delete(arn);
    try {
      await this.apply(this.all);
    } catch (error) {
      if (rule) this.#all.set(arn, rule);
      throw error;
    }
  }
}
