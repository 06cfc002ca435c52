// Single flight within a clone: nobody joins what began before they came.
import { Flights } from '../../../lib/web/cache/flights';

let flights: Flights;
let began: string[];

beforeEach(() => {
  flights = new Flights();
  began = [];
});

/** A flight that lands when it is told. */
function prepare(what: string): { fly: () => Promise<string>; land: () => void; crash: (error: Error) => void } {
  let [land, crash]: [() => void, (error: Error) => void] = [() => {}, () => {}];
  const landing = new Promise<string>((resolve, reject) => {
    land = () => resolve(what);
    crash = reject;
  });
  const fly = (): Promise<string> => {
    began.push(what);
    return landing;
  };
  return { fly, land, crash };
}

test('all who came before it began get what one brings', async () => {
  const [one, other] = [prepare('one'), prepare('other')];
  const arrived = [flights.now(), flights.now(), flights.now()];
  const all = arrived.map((at, n) => flights.join('thing', at, n === 0 ? one.fly : other.fly));
  one.land();
  expect(await Promise.all(all)).toEqual(['one', 'one', 'one']);
  expect(began).toEqual(['one']);
});

test('who came after it began goes with the next, and there are never two in the air', async () => {
  const [first, second, third] = [prepare('first'), prepare('second'), prepare('third')];
  const early = flights.join('thing', flights.now(), first.fly);
  const late = [second, third].map(({ fly }) => flights.join('thing', flights.now(), fly));
  expect([began, flights.isUnderWay('thing')]).toEqual([['first'], true]);
  first.land();
  expect(await early).toBe('first');
  second.land();
  expect(await Promise.all(late)).toEqual(['second', 'second']);
  expect(began).toEqual(['first', 'second']);
  expect(flights.isUnderWay('thing')).toBe(false);
});

test('a flight that fails fails for who is on it, and not for the next', async () => {
  const [first, second] = [prepare('first'), prepare('second')];
  const early = flights.join('thing', flights.now(), first.fly);
  const late = flights.join('thing', flights.now(), second.fly);
  first.crash(new Error('crashed'));
  second.land();
  await expect(early).rejects.toThrow('crashed');
  expect(await late).toBe('second');
});

test('another name is another flight', async () => {
  const [one, other] = [prepare('one'), prepare('other')];
  const arrived = flights.now();
  const both = [flights.join('one', arrived, one.fly), flights.join('other', arrived, other.fly)];
  one.land();
  other.land();
  expect(await Promise.all(both)).toEqual(['one', 'other']);
});
