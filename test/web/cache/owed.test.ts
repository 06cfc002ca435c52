// Changes that the cache could not be told of: told later, each until it has been.
import { Owed } from '../../../lib/web/cache/owed';
import { untilTrue } from '../real-servers';

test('what is owed is told until it is heard, and then owed no more', async () => {
  const owed = new Owed();
  let tries = 0;
  owed.add('thing', async () => {
    tries++;
    if (tries < 3) throw new Error('away');
  });
  expect([owed.has('thing'), owed.has('other')]).toEqual([true, false]);
  await untilTrue('it to be heard', async () => !owed.has('thing'));
  expect(tries).toBe(3);
});

test('one that is never heard keeps no other from being told', async () => {
  const owed = new Owed();
  owed.add('refused', async () => {
    throw new Error('refused');
  });
  owed.add('thing', async () => {});
  await untilTrue('the other to be told', async () => !owed.has('thing'));
  expect(owed.has('refused')).toBe(true);
});

test('one that is owed again while it is told is told again', async () => {
  const owed = new Owed();
  const told: string[] = [];
  owed.add('thing', async () => {
    told.push('first');
    if (told.length === 1) owed.add('thing', async () => void told.push('second'));
  });
  await untilTrue('both to be told', async () => !owed.has('thing'));
  expect(told).toEqual(['first', 'second']);
});

test('there is an end to what is remembered', async () => {
  const owed = new Owed();
  const away = async (): Promise<void> => {
    throw new Error('away');
  };
  for (let n = 0; n < 10_001; n++) owed.add(`thing:${n}`, away);
  expect([owed.has('thing:9999'), owed.has('thing:10000')]).toEqual([true, false]);
});
