// What a clone tells its group: that it is ready, that it is not, that it has left, that it must be replaced.
import { setTimeout as delay } from 'node:timers/promises';
import {
  AutoScalingClient,
  type AutoScalingClientConfig,
  CompleteLifecycleActionCommand,
  SetInstanceHealthCommand,
} from '@aws-sdk/client-auto-scaling';

export interface LifecycleOptions {
  readonly cloneId: string;
  readonly group: string;
  /** @default - region, credentials and endpoint from where the SDK finds them */
  readonly client?: AutoScalingClientConfig;
}

/** Patient with throttling and with a network that is not there yet; never with one call. */
const patience: AutoScalingClientConfig = {
  maxAttempts: 8,
  requestHandler: { connectionTimeout: 3000, requestTimeout: 5000 },
};

const againAfterMs = 1000;

export class Lifecycle {
  readonly #client: AutoScalingClient;

  constructor(private readonly options: LifecycleOptions) {
    this.#client = new AutoScalingClient({ ...patience, ...options.client });
  }

  /**
   * Completes a lifecycle hook. A clone can be quicker than its group, which may wait for it a moment later only: so it is
   * told again for that time.
   * @returns false when the group did not wait for this clone by this hook
   */
  async complete(hook: string, result: 'CONTINUE' | 'ABANDON', withinSeconds: number): Promise<boolean> {
    const deadline = Date.now() + withinSeconds * 1000;
    for (;;) {
      if (await this.#complete(hook, result)) return true;
      if (Date.now() + againAfterMs > deadline) return false;
      await delay(againAfterMs);
    }
  }

  /** The group ends this clone and launches another. */
  async setUnhealthy(): Promise<void> {
    const command = new SetInstanceHealthCommand({
      InstanceId: this.options.cloneId,
      HealthStatus: 'Unhealthy',
      // The grace is for clones that may yet become well; this one has been given up.
      ShouldRespectGracePeriod: false,
    });
    await this.#client.send(command);
  }

  async #complete(hook: string, result: 'CONTINUE' | 'ABANDON'): Promise<boolean> {
    const { cloneId, group } = this.options;
    const command = new CompleteLifecycleActionCommand({
      AutoScalingGroupName: group,
      LifecycleHookName: hook,
      LifecycleActionResult: result,
      InstanceId: cloneId,
    });
    try {
      await this.#client.send(command);
      return true;
    } catch (error) {
      if (/No active Lifecycle Action found/i.test((error as Error).message)) return false;
      throw error;
    }
  }
}
