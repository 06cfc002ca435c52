// A standby becomes the primary at the address that clients know: while that lives and lets it, or because that has died.
import type { DatabaseSet } from './database-set';
import { findFreePort } from './free-port';
import type { Database } from './servers/database';
import { moveInto } from './servers/database-move';

export interface Pair {
  /** They belong to. */
  readonly set: DatabaseSet;
  readonly primary: Database;
  readonly standby: Database;
  /** All that may follow the primary. */
  readonly servers: readonly Database[];
}

/**
 * The primary takes no more writes, and the standby gets what it has, before it is ended by force; it does not follow yet.
 * RDS has every acknowledged write on both disks at any time.
 */
export async function handOver(pair: Pair): Promise<void> {
  const { primary, standby } = pair;
  try {
    await standby.replication.catchUp(await primary.replication.stopWrites());
    await standby.promote();
  } catch (error) {
    // Nobody has taken over: it goes on as it was.
    await primary.replication.takeWrites();
    throw error;
  }
  const { identity } = primary;
  await moveInto(
    [{ database: primary, to: { name: standby.name, role: 'replica' }, by: 'SIGKILL' }],
    [{ database: standby, to: { ...identity, role: 'primary' }, by: 'SIGTERM' }],
  );
  swap(pair);
}

/**
 * The primary has ended; the standby has every write that it acknowledged, but for those of a time when it was away.
 * @returns replicas that may have been sent more than it could get
 */
export async function takeOver(pair: Pair): Promise<Database[]> {
  const { primary, standby } = pair;
  await standby.replication.catchUp(await standby.replication.readReceived());
  const ahead: Database[] = [];
  for (const replica of pair.servers.filter(({ source, plan }) => source === primary && plan.role === 'replica')) {
    // A replica that is in trouble keeps nobody from writing.
    if (replica !== standby) await takeFrom(replica, standby).catch(() => ahead.push(replica));
  }
  await standby.promote();
  const { identity } = standby;
  try {
    await standby.restartBy(async () => {
      standby.become({ ...primary.identity, role: 'primary' });
      await standby.process.stop('SIGTERM', 5000);
    });
  } catch (error) {
    standby.become(identity);
    throw error;
  }
  primary.become({ name: identity.name, role: 'replica', port: await findFreePort() });
  swap(pair);
  return ahead;
}

/**
 * What a read replica was sent, and the standby was not, is not lost, nor is it there only.
 * RDS has it on both disks before it sends it to anybody.
 */
async function takeFrom(replica: Database, standby: Database): Promise<void> {
  if (replica.process.ended) return;
  const received = await replica.replication.readReceived();
  if (received === '' || (await standby.replication.has(received))) return;
  await replica.replication.catchUp(received);
  await standby.turnTo(replica);
  await standby.replication.catchUp(received);
}

/** Who followed the primary follows its address, and so whoever is there now. */
function swap({ set, primary, standby, servers }: Pair): void {
  set.swap();
  for (const server of servers) if (server.source === primary) server.sourceIs(standby);
}
