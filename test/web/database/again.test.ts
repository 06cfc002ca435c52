// Failovers on real servers: what is safe is done again where the primary is now, and a write never happens twice.
import type { Database } from '../../../lib/web/database/database';
import { flavours, untilTrue } from '../real-servers';
import { Relay } from './relay';
import { raw, type Servers, startServers } from './servers';

const again = { statusCode: 503, retryAfterSeconds: 2 };

describe.each(flavours)('on %s', (flavour) => {
  let servers: Servers;
  let relay: Relay;
  /** Reaches its primary by the relay, and has one connection. */
  let database: Database;

  const insert = (text: string) => raw('INSERT INTO notes (text) VALUES (?)', [text]);
  const count = async (text: string, from: Database): Promise<number> =>
    Number(
      (await from.readPrimary(raw<{ n: number }>('SELECT COUNT(*) AS n FROM notes WHERE text = ?', [text])))[0]?.n,
    );
  const whichServer = async (): Promise<number | undefined> =>
    (await database.readPrimary(raw<{ id: number }>('SELECT @@server_id AS id')))[0]?.id;

  beforeAll(async () => {
    servers = await startServers(flavour);
    relay = await Relay.start(servers.server.primaryPort);
    database = await servers.connect({ primaryPort: relay.port, replicaPorts: [], poolSize: 1 });
    await database.write(raw('CREATE TABLE notes (id INT AUTO_INCREMENT PRIMARY KEY, text VARCHAR(100) NOT NULL)'));
  });

  afterEach(async () => {
    relay.open();
    // Its connection was cut: the app must have heard of it, or the next write would be one that may have happened.
    await untilTrue('a connection', async () => (await whichServer().catch(() => undefined)) !== undefined);
  });

  afterAll(async () => {
    await servers?.stop();
    await relay?.stop();
  });

  test('a read whose connection breaks is asked again on a new one', async () => {
    relay.loseAnswers();
    const asked = whichServer();
    setTimeout(() => relay.open(), 20);
    expect(await asked).toBe(1);
  });

  test('a write whose answer is lost may have happened, and is not done again', async () => {
    await database.write(insert('prepared'));
    relay.loseAnswers();
    await expect(database.write(insert('lost answer'))).rejects.toMatchObject(again);
    relay.open();
    expect(await count('lost answer', database)).toBe(1);
  });

  test('a commit whose answer is lost may have happened, and is not done again', async () => {
    let runs = 0;
    const lost = database.transaction(async (tx) => {
      runs++;
      await tx.write(insert('lost commit'));
      relay.loseAnswers();
    });
    await expect(lost).rejects.toMatchObject(again);
    relay.open();
    expect(runs).toBe(1);
    expect(await count('lost commit', database)).toBe(1);
  });

  /** Until the app has heard that its connection was cut. */
  async function refuse(): Promise<void> {
    relay.refuse();
    await expect(whichServer()).rejects.toMatchObject(again);
  }

  test('a write that found no server is done when there is one again', async () => {
    await refuse();
    const written = database.write(insert('at last'));
    setTimeout(() => relay.open(), 20);
    await expect(written).resolves.toMatchObject({ affectedRows: 1 });
    expect(await count('at last', database)).toBe(1);
  });

  test('while there is no primary a write is refused at once, and is not done later', async () => {
    await refuse();
    const start = performance.now();
    await expect(database.write(insert('never'))).rejects.toMatchObject(again);
    await expect(database.transaction((tx) => tx.write(insert('never')))).rejects.toMatchObject(again);
    expect(performance.now() - start).toBeLessThan(3_000);
    relay.open();
    expect(await count('never', database)).toBe(0);
  });

  test('a primary that is killed and comes back has every write that was acknowledged, once', async () => {
    const many = await servers.connect({ replicaPorts: [] });
    const acknowledged: string[] = [];
    let isOver = false;
    const writing = Array.from({ length: 5 }, async (_, writer) => {
      for (let n = 0; !isOver; n++) {
        const text = `writer ${writer} note ${n}`;
        await many.write(insert(text)).then(
          () => acknowledged.push(text),
          (error) => expect(error).toMatchObject(again),
        );
      }
    });
    await untilTrue('some writes', async () => acknowledged.length > 50);
    await servers.server.crashPrimary();
    await servers.server.restartPrimary();
    const after = acknowledged.length + 50;
    await untilTrue('writes to go on', async () => acknowledged.length > after);
    isOver = true;
    await Promise.all(writing);
    const rows = await many.readPrimary(raw<{ text: string }>("SELECT text FROM notes WHERE text LIKE 'writer %'"));
    const texts = rows.map(({ text }) => text);
    expect(new Set(texts).size).toBe(texts.length);
    const stored = new Set(texts);
    expect(acknowledged.filter((text) => !stored.has(text))).toEqual([]);
  });

  // Last: the replica is the primary from here on.
  test('when the primary becomes read-only and its name leads to another, writes go on there, each once', async () => {
    const { server } = servers;
    const many = await servers.connect({ primaryPort: relay.port, replicaPorts: [], poolSize: 5 });
    let written = 0;
    let isOver = false;
    const write = (text: string, n: number): Promise<unknown> =>
      n % 2 ? many.write(insert(text)) : many.transaction((tx) => tx.write(insert(text)));
    const writing = Array.from({ length: 5 }, async (_, writer) => {
      for (let n = 0; !isOver; n++) {
        await write(`moving ${writer} ${n}`, n).then(
          () => written++,
          (error) => expect(error).toMatchObject(again),
        );
      }
    });
    await untilTrue('some writes', async () => written > 50);
    await server.administer('primary', 'SET GLOBAL read_only = ON');
    const all = (where: 'primary' | 'replica') =>
      server.administer(where, `SELECT COUNT(*) FROM ${server.database}.notes`).then((rows) => JSON.stringify(rows));
    await untilTrue('the replica to have it all', async () => (await all('replica')) === (await all('primary')));
    for (const sql of promotion[flavour]) await server.administer('replica', sql);
    relay.leadTo(server.replicaPort);
    const after = written + 100;
    await untilTrue('writes to go on', async () => written > after);
    isOver = true;
    await Promise.all(writing);
    const rows = await many.readPrimary(
      raw<{ server: number; n: number; texts: number }>(
        "SELECT @@server_id AS server, COUNT(*) AS n, COUNT(DISTINCT text) AS texts FROM notes WHERE text LIKE 'moving %'",
      ),
    );
    expect(rows).toEqual([{ server: 2, n: written, texts: written }]);
  });
});

/** How a replica that has everything becomes the primary. */
const promotion = {
  mysql: ['STOP REPLICA', 'SET GLOBAL super_read_only = OFF', 'SET GLOBAL read_only = OFF'],
  mariadb: ['STOP SLAVE', 'SET GLOBAL read_only = OFF'],
};
