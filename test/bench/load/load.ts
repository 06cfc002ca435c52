// Load on one server: as much as it answers, or so many requests a second. Raw sockets, for two cores carry it all.
import { setTimeout as sleep } from 'node:timers/promises';
import { Connection } from './connection';

export interface LoadOptions {
  readonly port: number;
  /** The whole request as it is sent, again and again. */
  readonly request: string;
  /** What every answer must hold. */
  readonly body: Buffer;
  readonly connections: number;
  readonly milliseconds: number;
  /** Spaced evenly, whether or not earlier ones are answered. @default - each connection sends when it has its answer */
  readonly perSecond?: number;
}

export interface Load {
  /** How long it took until the last answer. */
  readonly milliseconds: number;
  /** One each answer, in milliseconds from when its request was due; in ascending order. */
  readonly latencies: Float64Array;
}

type Send = (connection: Connection, due: number) => Promise<void>;

/** @throws when an answer is not a 200 with that body, or a connection is closed */
export async function load({ port, request, body, connections, milliseconds, perSecond }: LoadOptions): Promise<Load> {
  const bytes = Buffer.from(request, 'latin1');
  const open = await Promise.all(Array.from({ length: connections }, () => Connection.open(port, body)));
  const latencies: number[] = [];
  const start = performance.now();
  const send: Send = async (connection, due) => {
    await connection.send(bytes);
    latencies.push(performance.now() - due);
  };
  try {
    if (perSecond === undefined)
      await Promise.all(open.map((connection) => sendInTurn(connection, start + milliseconds, send)));
    else await sendEvenly(open, { start, spacing: 1000 / perSecond, total: (milliseconds / 1000) * perSecond }, send);
    return { milliseconds: performance.now() - start, latencies: Float64Array.from(latencies).sort() };
  } finally {
    for (const connection of open) connection.close();
  }
}

async function sendInTurn(connection: Connection, end: number, send: Send): Promise<void> {
  for (let now = performance.now(); now < end; now = performance.now()) await send(connection, now);
}

/** What finds no free connection waits, and its latency has begun: a slow server must not slow down who asks. */
async function sendEvenly(
  connections: readonly Connection[],
  { start, spacing, total }: { start: number; spacing: number; total: number },
  send: Send,
): Promise<void> {
  const free = [...connections];
  const underWay: Promise<unknown>[] = [];
  let failure: unknown;
  for (let sent = 0; sent < total && failure === undefined; ) {
    const due = start + sent * spacing;
    const connection = due <= performance.now() ? free.pop() : undefined;
    if (!connection) {
      await sleep(1);
      continue;
    }
    sent += 1;
    const answered = send(connection, due).then(
      () => free.push(connection),
      (error: unknown) => {
        failure ??= error;
      },
    );
    if (sent > total - connections.length) underWay.push(answered);
  }
  await Promise.all(underWay);
  if (failure !== undefined) throw failure;
}
