// What a group did, as Auto Scaling tells of it: the newest first.
import { randomUUID } from 'node:crypto';

export interface Activity {
  readonly id: string;
  readonly description: string;
  readonly cause: string;
  readonly startedAt: Date;
  endedAt?: Date;
  status: 'InProgress' | 'Successful' | 'Failed' | 'Cancelled';
  message?: string;
}

/** AWS keeps six weeks of them; here they are bounded by their number. */
const most = 500;

export class Activities {
  readonly #all: Activity[] = [];

  get all(): readonly Activity[] {
    return this.#all;
  }

  begin(description: string, cause: string): Activity {
    const activity: Activity = { id: randomUUID(), description, cause, startedAt: new Date(), status: 'InProgress' };
    this.#all.unshift(activity);
    this.#all.splice(most);
    return activity;
  }

  end(activity: Activity, status: Activity['status'], message?: string): void {
    Object.assign(activity, { status, endedAt: new Date(), ...(message ? { message } : {}) });
  }
}
