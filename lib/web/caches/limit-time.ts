// How long a command may take from when it left: a clone that is busy must not take its own delay for a silent cache.
import type { Command, Redis } from 'ioredis';

/** Commands of one turn of the event loop leave together, at its end. */
interface Turn {
  leftAt?: number;
}

type Sent = Command & { turn?: Turn };

/** Of the limit: a command takes this much longer at most. */
const looksPerLimit = 5;

/**
 * Instead of the driver's own limit, which is a timer for each command, begins before it is sent, and ends before what has
 * come meanwhile is read: 1,000 requests at once would each find a cache that does not answer.
 */
export function limitTime(client: Redis, milliseconds: number): void {
  const { sendCommand } = client;
  /** In the order in which they leave; the driver forgets those of a connection that was lost. */
  const sent: Sent[] = [];
  let turn: Turn | undefined;
  let isLooking = false;

  const leave = (): void => {
    if (turn) turn.leftAt = performance.now();
    turn = undefined;
    forgetAnswered();
    lookLater();
  };
  const forgetAnswered = (): void => {
    const waiting = sent.findIndex((command) => !command.isSettled);
    sent.splice(0, waiting < 0 ? sent.length : waiting);
  };
  const lookLater = (): void => {
    if (isLooking || sent.length === 0) return;
    isLooking = true;
    // By way of what has come: it is read between the two.
    setTimeout(() => setImmediate(look), milliseconds / looksPerLimit).unref();
  };
  const look = (): void => {
    isLooking = false;
    const due = performance.now() - milliseconds;
    for (const command of sent) {
      if ((command.turn?.leftAt ?? due + 1) > due) break;
      if (!command.isSettled) command.reject(new Error('Command timed out'));
    }
    forgetAnswered();
    lookLater();
  };

  client.sendCommand = (command: Sent, ...rest) => {
    if (!turn) {
      turn = {};
      setImmediate(leave);
    }
    // What another node of a cluster has sent on began there.
    command.turn ??= turn;
    sent.push(command);
    return sendCommand.call(client, command, ...rest);
  };
}
