// One at a time, and never longer than its owner lives.
import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { withLock } from '../../../lib/local/programs/lock';

let folder: string;
let file: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'clonekit-lock-'));
  file = join(folder, 'deep/lock');
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

test('two at once take turns, and the second says that it waits', async () => {
  const order: string[] = [];
  let release = (): void => {};
  const held = new Promise<void>((resolve) => {
    release = resolve;
  });
  const first = withLock(file, {}, async () => {
    order.push('first in');
    await held;
    order.push('first out');
  });
  let waited = false;
  const second = withLock(
    file,
    {
      onWait: () => {
        waited = true;
        release();
      },
    },
    async () => void order.push('second in'),
  );
  await Promise.all([first, second]);
  expect(waited).toBe(true);
  expect(order).toEqual(['first in', 'first out', 'second in']);
  expect(existsSync(file)).toBe(false);
});

test('the lock of a process that is gone is taken over', async () => {
  const { pid } = spawnSync('true');
  await withLock(join(folder, 'other'), {}, async () => {});
  writeFileSync(join(folder, 'lock'), JSON.stringify({ name: 'lock', pid, startTime: '1' }));
  expect(await withLock(join(folder, 'lock'), {}, async () => 'done')).toBe('done');
});

test('work that fails lets go of the lock', async () => {
  await expect(withLock(file, {}, () => Promise.reject(new Error('no')))).rejects.toThrow('no');
  expect(existsSync(file)).toBe(false);
});

test.each([
  ['nothing', ''],
  ['a process id that another program has now', JSON.stringify({ name: 'lock', pid: process.ppid, startTime: '1' })],
])('a lock that holds %s is void', async (_, content) => {
  writeFileSync(join(folder, 'lock'), content);
  expect(await withLock(join(folder, 'lock'), {}, async () => 'done')).toBe('done');
});

test('whoever waits can be told to stop', async () => {
  const stop = new AbortController();
  await withLock(file, {}, async () => {
    const waiting = withLock(file, { onWait: () => stop.abort(), stop: stop.signal }, async () => 'never');
    await expect(waiting).rejects.toThrow();
  });
});
