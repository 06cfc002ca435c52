// Reads are shared by those that ask in one turn of the event loop, and by nobody who came later.
import { setImmediate as turn } from 'node:timers/promises';
import { SharedReads } from '../../../../lib/web/cache/redis/shared-reads';

test('who asks for the same in one turn shares one read; what is another is read on its own', async () => {
  const reads = new SharedReads();
  const read = jest.fn(async () => ({}));
  const [one, two, other] = [reads.share('a', read), reads.share('a', read), reads.share('b', read)];
  expect(await two).toBe(await one);
  expect(await other).not.toBe(await one);
  expect(read).toHaveBeenCalledTimes(2);
});

test('who asks in a later turn reads anew, even if the first read is still under way', async () => {
  const reads = new SharedReads();
  const read = jest.fn(() => new Promise(() => undefined));
  reads.share('a', read);
  await turn();
  reads.share('a', read);
  expect(read).toHaveBeenCalledTimes(2);
});

test('a read that fails fails for all that share it, and for nobody after them', async () => {
  const reads = new SharedReads();
  const fail = async (): Promise<string> => {
    throw new Error('away');
  };
  const both = [reads.share('a', fail), reads.share('a', fail)];
  for (const one of both) await expect(one).rejects.toThrow('away');
  await turn();
  expect(await reads.share('a', async () => 'back')).toBe('back');
});
