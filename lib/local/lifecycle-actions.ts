// Lifecycle actions under way: an instance waits in each until it is completed, or until its time is over.
import { randomUUID } from 'node:crypto';
import type { HookPlan } from './plan/group';

export type HookResult = 'CONTINUE' | 'ABANDON';

/** Who is meant: an instance, or the token its group gave the action. */
export interface ActionKey {
  readonly hook: string;
  readonly instanceId?: string;
  readonly token?: string;
}

interface Action {
  readonly hook: HookPlan;
  readonly instanceId: string;
  readonly token: string;
  timer: NodeJS.Timeout;
  readonly settle: (outcome: HookOutcome) => void;
}

export interface HookOutcome {
  readonly result: HookResult;
  /** `given up` by the group itself: the instance is not waited for any more. */
  readonly because: 'completed' | 'timed out' | 'given up';
}

export class LifecycleActions {
  readonly #active = new Set<Action>();

  /** From now on the instance is waited for. Settles with what is told, or with the hook's default when nothing is. */
  begin(instanceId: string, hook: HookPlan): Promise<HookOutcome> {
    return new Promise((resolve) => {
      const settle = (outcome: HookOutcome): void => {
        clearTimeout(action.timer);
        if (this.#active.delete(action)) resolve(outcome);
      };
      const action: Action = { hook, instanceId, token: randomUUID(), timer: toTimer(hook, settle), settle };
      this.#active.add(action);
    });
  }

  /** Whether there was such an action. */
  complete(key: ActionKey, result: HookResult): boolean {
    const action = this.#find(key);
    action?.settle({ result, because: 'completed' });
    return action !== undefined;
  }

  /** Begins the action's time anew. Whether there was such an action. */
  heartbeat(key: ActionKey): boolean {
    const action = this.#find(key);
    if (!action) return false;
    clearTimeout(action.timer);
    action.timer = toTimer(action.hook, action.settle);
    return true;
  }

  /** Nobody waits for this instance any more. */
  giveUp(instanceId: string): void {
    for (const action of [...this.#active]) {
      if (action.instanceId === instanceId) action.settle({ result: 'ABANDON', because: 'given up' });
    }
  }

  #find({ hook, instanceId, token }: ActionKey): Action | undefined {
    return [...this.#active].find(
      (action) =>
        action.hook.name === hook && (token === undefined ? action.instanceId === instanceId : action.token === token),
    );
  }
}

const toTimer = ({ timeoutSeconds, defaultResult }: HookPlan, settle: Action['settle']): NodeJS.Timeout =>
  setTimeout(() => settle({ result: defaultResult, because: 'timed out' }), timeoutSeconds * 1000);
