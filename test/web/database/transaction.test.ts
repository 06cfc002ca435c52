// Transactions on real servers: whole or not at all, never left to the next borrower, done again only when undone.
import type { Database } from '../../../lib/web/database/database';
import type { Statement } from '../../../lib/web/database/sql';
import type { Transaction } from '../../../lib/web/database/transaction';
import { flavours } from '../real-servers';
import { raw, type Servers, startServers } from './servers';

describe.each(flavours)('on %s', (flavour) => {
  let servers: Servers;
  let database: Database;

  const insert = (text: string) => raw('INSERT INTO notes (text) VALUES (?)', [text]);
  const update = (id: number, text: string) => raw('UPDATE notes SET text = ? WHERE id = ?', [text, id]);
  const find = (text: string, from = database): Promise<{ id: number }[]> =>
    from.readPrimary(raw<{ id: number }>('SELECT id FROM notes WHERE text = ?', [text]));
  const connectionId = raw<{ id: number }>('SELECT CONNECTION_ID() AS id');

  beforeAll(async () => {
    servers = await startServers(flavour);
    database = await servers.connect();
    await database.write(raw('CREATE TABLE notes (id INT AUTO_INCREMENT PRIMARY KEY, text VARCHAR(100) NOT NULL)'));
  });

  afterAll(async () => {
    await servers?.stop();
  });

  test('what it wrote is there, it saw it itself, and whoever waits for its position reads it on the replica', async () => {
    for (let n = 0; n < 20; n++) {
      const { result, position } = await database.transaction(async (tx) => {
        const { insertId, affectedRows } = await tx.write(insert(`whole ${n}`));
        expect(affectedRows).toBe(1);
        await tx.write(update(insertId, `whole and more ${n}`));
        return tx.read(raw<{ text: string }>('SELECT text FROM notes WHERE id = ?', [insertId]));
      });
      expect(result).toEqual([{ text: `whole and more ${n}` }]);
      const where = raw<{ server: number }>('SELECT @@server_id AS server FROM notes WHERE text = ?', [
        `whole and more ${n}`,
      ]);
      expect(await database.read(where, [position])).toEqual([{ server: 2 }]);
    }
  });

  test('an error of it undoes everything and is thrown as it is', async () => {
    const failure = new Error('changed my mind');
    const failing = database.transaction(async (tx) => {
      await tx.write(insert('regretted'));
      throw failure;
    });
    await expect(failing).rejects.toBe(failure);
    expect(await find('regretted')).toEqual([]);
  });

  test('a statement that is refused may be caught, and the rest is committed', async () => {
    await database.transaction(async (tx) => {
      const { insertId } = await tx.write(insert('kept'));
      const again = tx.write(raw('INSERT INTO notes (id, text) VALUES (?, ?)', [insertId, 'twice']));
      await expect(again).rejects.toMatchObject({ errno: 1062 });
    });
    expect(await find('kept')).toHaveLength(1);
  });

  test('0 of 1,000 transactions that fail in the middle are left to the next borrower', async () => {
    const one = await servers.connect({ poolSize: 1 });
    const seen = raw<{ notes: number }>("SELECT COUNT(*) AS notes FROM notes WHERE text = 'leak'");
    let leaked = 0;
    for (let n = 0; n < 1_000; n++) {
      const failing = one.transaction(async (tx) => {
        await tx.write(insert('leak'));
        throw new Error('in the middle');
      });
      await expect(failing).rejects.toThrow('in the middle');
      leaked += Number((await one.readPrimary(seen))[0]?.notes);
    }
    expect(leaked).toBe(0);
    // A transaction that was still open would hide this from others.
    await one.write(insert('seen at once'));
    expect(await find('seen at once')).toHaveLength(1);
  });

  test('whoever keeps a transaction beyond its end cannot write into the next one', async () => {
    let kept: Transaction | undefined;
    await database.transaction(async (tx) => {
      kept = tx;
    });
    await expect(kept?.write(insert('smuggled'))).rejects.toThrow('This connection was given back');
    expect(await find('smuggled')).toEqual([]);
  });

  /** Two transactions that lock two notes crosswise; `onLast` writes the second note, and may catch what happens. */
  async function meet(names: [string, string], onLast: (tx: Transaction, last: Statement) => Promise<unknown>) {
    const ids: number[] = [];
    for (const name of names) ids.push((await database.write(insert(name))).insertId);
    let runs = 0;
    let holding = 0;
    let bothHold = (): void => undefined;
    const both = new Promise<void>((resolve) => {
      bothHold = resolve;
    });
    const extend = (id: number) => raw("UPDATE notes SET text = CONCAT(text, '+') WHERE id = ?", [id]);
    const change = (first: number, second: number) =>
      database.transaction(async (tx) => {
        runs++;
        await tx.write(extend(first));
        if (++holding === 2) bothHold();
        await both;
        await onLast(tx, extend(second));
      });
    const [a = 0, b = 0] = ids;
    await Promise.all([change(a, b), change(b, a)]);
    const texts = await database.readPrimary(
      raw<{ text: string }>('SELECT text FROM notes WHERE id IN (?, ?) ORDER BY id', ids),
    );
    return { runs, texts: texts.map(({ text }) => text) };
  }

  test('two that meet in a deadlock are both done, each once', async () => {
    expect(await meet(['a', 'b'], (tx, last) => tx.write(last))).toEqual({ runs: 3, texts: ['a++', 'b++'] });
  });

  test('after a deadlock nothing more of it is written, even when the deadlock is caught', async () => {
    const after: unknown[] = [];
    const met = await meet(['c', 'd'], async (tx, last) => {
      const failure = await tx.write(last).catch((error: unknown) => error);
      if (!(failure instanceof Error)) return;
      after.push(await tx.write(insert('alone')).catch((error: unknown) => error === failure));
    });
    expect(met).toEqual({ runs: 3, texts: ['c++', 'd++'] });
    expect(after).toEqual([true]);
    expect(await find('alone')).toEqual([]);
  });

  test('a lock that somebody else keeps is waited for in bounds, and whoever keeps it too long has lost it', async () => {
    const { insertId } = await database.write(insert('locked'));
    const never = new Promise<never>(() => undefined);
    const start = performance.now();
    let keeping: Promise<unknown> = never;
    await new Promise<void>((taken) => {
      keeping = database.transaction(async (tx) => {
        await tx.write(update(insertId, 'mine'));
        taken();
        await never;
      });
    });
    const [kept, waited] = await Promise.allSettled([keeping, database.write(update(insertId, 'yours'))]);
    const refused = { status: 'rejected', reason: { statusCode: 503, retryAfterSeconds: 2 } };
    expect([kept, waited]).toMatchObject([refused, refused]);
    expect(performance.now() - start).toBeLessThan(20_000);
    expect(await find('locked')).toHaveLength(1);
    expect(await database.write(update(insertId, 'yours'))).toMatchObject({ affectedRows: 1 });
  });

  test('when its connection is lost before the commit it is done again on another one, once', async () => {
    let runs = 0;
    const { result } = await database.transaction(async (tx) => {
      runs++;
      await tx.write(insert('interrupted'));
      const [row] = await tx.read(connectionId);
      if (runs === 1) await servers.server.administer('primary', `KILL ${row?.id}`);
      await tx.read(connectionId);
      return runs;
    });
    expect(result).toBe(2);
    expect(await find('interrupted')).toHaveLength(1);
  });

  test('when the primary becomes read-only in the middle it is refused whole, and its connection is not lent again', async () => {
    const one = await servers.connect({ poolSize: 1 });
    const ids = new Set<number | undefined>();
    const demoted = one.transaction(async (tx) => {
      ids.add((await tx.read(connectionId))[0]?.id);
      await servers.server.administer('primary', 'SET GLOBAL read_only = ON');
      await tx.write(insert('too late'));
    });
    await expect(demoted).rejects.toMatchObject({ statusCode: 503, retryAfterSeconds: 2 });
    // Each attempt asked anew who the primary is.
    expect(ids.size).toBe(3);
    await servers.server.administer('primary', 'SET GLOBAL read_only = OFF');
    await one.transaction((tx) => tx.write(insert('in time')));
    expect(await find('in time')).toHaveLength(1);
  });
});
