// What the app asks of a database, on each flavour: reading what was written, wherever it is read, and in time.
import type { Database } from '../../../lib/web/database/database';
import { positionWaitSeconds } from '../../../lib/web/database/dialect';
import { flavours, type RealDatabase, untilTrue } from '../real-servers';
import { raw, replication, type Servers, startServers } from './servers';

describe.each(flavours)('on %s', (flavour) => {
  let servers: Servers;
  let server: RealDatabase;
  let database: Database;
  const { halt, resume } = replication[flavour];

  const write = (text: string) => database.write(raw('INSERT INTO notes (text) VALUES (?)', [text]));
  const read = (id: number, after: string[], from = database) =>
    from.read(
      raw<{ text: string; server: number }>('SELECT text, @@server_id AS server FROM notes WHERE id = ?', [id]),
      after,
    );

  beforeAll(async () => {
    servers = await startServers(flavour);
    server = servers.server;
    database = await servers.connect();
    await database.write(raw('CREATE TABLE notes (id INT AUTO_INCREMENT PRIMARY KEY, text VARCHAR(100) NOT NULL)'));
  });

  beforeEach(() => {
    servers.replicaFailures.length = 0;
  });

  afterAll(async () => {
    await servers?.stop();
  });

  test('the flavour is found out by asking', () => {
    expect(database.dialect.name).toBe(flavour);
  });

  test('0 of 300 reads of what was just written are stale, and the replica answers them', async () => {
    let stale = 0;
    let byReplica = 0;
    for (let n = 0; n < 300; n++) {
      const { insertId, position } = await write(`note ${n}`);
      const [row] = await read(insertId, [position]);
      if (row?.text !== `note ${n}`) stale++;
      if (row?.server === 2) byReplica++;
    }
    expect(stale).toBe(0);
    expect(byReplica).toBe(300);
  });

  test('every write says where it ended', async () => {
    const [first, second] = [await write('one'), await write('two')];
    expect(first.position).not.toBe('unknown');
    expect(first.position).not.toBe(second.position);
  });

  test('when the replica lags, who must not see it reads from the primary', async () => {
    await server.administer('replica', halt);
    try {
      const { insertId, position } = await write('late');
      const start = performance.now();
      expect(await read(insertId, [position])).toEqual([{ text: 'late', server: 1 }]);
      // Far below a replica's lag: the wait is bounded.
      expect(performance.now() - start).toBeLessThan(10_000);
      // The next one does not wait at all, and who may see old rows is still answered by the replica.
      const again = performance.now();
      expect((await read(insertId, [position]))[0]?.server).toBe(1);
      expect(performance.now() - again).toBeLessThan(positionWaitSeconds * 1000);
      expect(await read(insertId, [])).toEqual([]);
    } finally {
      await server.administer('replica', resume);
    }
    const { insertId, position } = await write('on time');
    await untilTrue('the replica to be asked again', async () => (await read(insertId, [position]))[0]?.server === 2);
  });

  test('what nobody knows the place of is read from the primary', async () => {
    const { insertId } = await write('somewhere');
    expect((await read(insertId, ['unknown']))[0]?.server).toBe(1);
  });

  test('a position that is none, or of another server, is answered by the primary', async () => {
    const { insertId } = await write('odd');
    for (const position of ['nonsense', '3E11FA47-71CA-11E1-9E33-C80AA9429562:99', '9-9-99']) {
      const other = await servers.connect();
      expect((await read(insertId, [position], other))[0]).toEqual({ text: 'odd', server: 1 });
    }
  });

  test('without a replica, and with one that is down, the primary answers', async () => {
    const { insertId } = await write('alone');
    for (const ports of [[], [1]]) {
      const alone = await servers.connect({ replicaPorts: ports });
      expect((await read(insertId, [], alone))[0]?.server).toBe(1);
    }
    expect(servers.replicaFailures).toHaveLength(1);
  });

  test('a replica that is down is left alone for a while, and then asked again', async () => {
    const { insertId, position } = await write('shared');
    const both = await servers.connect({ replicaPorts: [1, server.replicaPort] });
    const answered: (number | undefined)[] = [];
    for (let n = 0; n < 6; n++) answered.push((await read(insertId, [position], both))[0]?.server);
    expect(servers.replicaFailures).toHaveLength(1);
    expect(answered.filter((id) => id === 2).length).toBeGreaterThanOrEqual(5);
  });

  test('no more connections than the pool size are opened to a server, and four times as many may wait', async () => {
    const small = await servers.connect({ poolSize: 2 });
    const started = Promise.allSettled(
      // Two at work, eight that wait, one too many.
      Array.from({ length: 11 }, () =>
        small.readPrimary(raw<{ id: number }>('SELECT CONNECTION_ID() AS id, SLEEP(0.1)')),
      ),
    );
    const answers = await started;
    const ids = answers.flatMap((answer) => (answer.status === 'fulfilled' ? [answer.value[0]?.id] : []));
    expect(ids).toHaveLength(10);
    expect(new Set(ids).size).toBe(2);
  });
});
