// Metric math: the expressions of alarms and queries, over values by period.
import type { Series } from './statistics';

/** A number, values by period, or several of these: what `METRICS()` gives. */
type Value = number | Series | readonly Series[];

/** What an expression can name. */
export interface Names {
  /** Values of a query, by its id; undefined for an id that no query has. */
  find(id: string): Series | undefined;
  /** Of every query that is no expression. */
  readonly metrics: readonly Series[];
}

/** A message that says what is wrong with the expression. */
export class ExpressionError extends Error {}

type Evaluate = (names: Names) => Value;

const isSeries = (value: Value): value is Series => value instanceof Map;
const isList = (value: Value): value is readonly Series[] => Array.isArray(value);

/** By the sign; a comparison is 1 or 0. Strongest last. */
const operators: readonly Readonly<Record<string, (a: number, b: number) => number>>[] = [
  { '||': (a, b) => Number(a !== 0 || b !== 0), OR: (a, b) => Number(a !== 0 || b !== 0) },
  { '&&': (a, b) => Number(a !== 0 && b !== 0), AND: (a, b) => Number(a !== 0 && b !== 0) },
  {
    '<=': (a, b) => Number(a <= b),
    '>=': (a, b) => Number(a >= b),
    '==': (a, b) => Number(a === b),
    '!=': (a, b) => Number(a !== b),
    '<': (a, b) => Number(a < b),
    '>': (a, b) => Number(a > b),
  },
  { '+': (a, b) => a + b, '-': (a, b) => a - b },
  { '*': (a, b) => a * b, '/': (a, b) => a / b },
];

/** A period has a value where all have one; what is no number (division by 0) is no value. */
function combine(values: readonly Value[], how: (...numbers: number[]) => number): Value {
  if (values.some(isList)) throw new ExpressionError('a list of metrics can only be given to a function');
  const series = values.filter(isSeries);
  const [first] = series;
  if (!first) return how(...(values as number[]));
  const times = [...first.keys()].filter((at) => series.every((one) => one.has(at)));
  const at = (time: number): number =>
    how(...values.map((value) => (isSeries(value) ? value.get(time) : value) as number));
  return new Map(times.map((time): [number, number] => [time, at(time)]).filter(([, value]) => Number.isFinite(value)));
}

/** Of several: their values of each period as one. Of one: all its values as one number. */
const across =
  (how: (values: readonly number[]) => number) =>
  (value: Value): Value => {
    if (!isList(value)) return isSeries(value) ? how([...value.values()]) : value;
    const times = new Set(value.flatMap((one) => [...one.keys()]));
    const at = (time: number) => value.flatMap((one) => one.get(time) ?? []);
    return new Map([...times].sort((a, b) => a - b).map((time) => [time, how(at(time))]));
  };

function toDifferences(value: Value): Value {
  if (!isSeries(value)) throw new ExpressionError('DIFF must be given a metric');
  const points = [...value].sort(([a], [b]) => a - b);
  const before = (index: number): number => (points[index - 1] as [number, number])[1];
  return new Map(points.slice(1).map(([at, now], index) => [at, now - before(index + 1)]));
}

const sum = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0);

const functions: Readonly<Record<string, { arguments: number; apply: (...values: Value[]) => Value }>> = {
  ABS: { arguments: 1, apply: (value) => combine([value], Math.abs) },
  AVG: { arguments: 1, apply: across((values) => sum(values) / values.length) },
  DIFF: { arguments: 1, apply: toDifferences },
  IF: { arguments: 3, apply: (...values) => combine(values, (is, then, otherwise) => (is !== 0 ? then : otherwise)) },
  MAX: { arguments: 1, apply: across((values) => Math.max(...values)) },
  MIN: { arguments: 1, apply: across((values) => Math.min(...values)) },
  SUM: { arguments: 1, apply: across(sum) },
};

/** Reads an expression. @throws ExpressionError where it is none of those that are known here */
export function readExpression(text: string): (names: Names) => Series {
  const tokens = text.match(/\d+(?:\.\d+)?|\w+|[<>=!]=|&&|\|\||\S/g) ?? [];
  let next = 0;
  const take = (wanted: string): boolean => {
    if (tokens[next] !== wanted) return false;
    next += 1;
    return true;
  };
  const expect = (wanted: string): void => {
    if (!take(wanted)) throw new ExpressionError(`'${wanted}' is wanted, got: ${tokens[next] ?? 'the end'}`);
  };

  const readList = (): Evaluate[] => {
    const list: Evaluate[] = [];
    if (take(')')) return list;
    do list.push(readLevel(0));
    while (take(','));
    expect(')');
    return list;
  };

  const readCall = (name: string): Evaluate => {
    const given = readList();
    if (name === 'METRICS' && given.length === 0) return ({ metrics }) => metrics;
    const known = Object.hasOwn(functions, name) ? functions[name] : undefined;
    if (!known) throw new ExpressionError(`Unsupported operand type or function: ${name}`);
    if (given.length !== known.arguments) {
      throw new ExpressionError(`${name} takes ${known.arguments} arguments, got: ${given.length}`);
    }
    return (names) => known.apply(...given.map((one) => one(names)));
  };

  const readOperand = (): Evaluate => {
    const token = tokens[next] ?? '';
    next += 1;
    if (token === '(') {
      const inner = readLevel(0);
      expect(')');
      return inner;
    }
    if (token === '-') {
      const operand = readOperand();
      return (names) => combine([operand(names)], (value) => -value);
    }
    if (/^\d/.test(token)) return () => Number(token);
    if (/^[A-Z]+$/.test(token) && take('(')) return readCall(token);
    if (!/^[a-z]\w*$/.test(token)) throw new ExpressionError(`Unexpected: ${token || 'the end'}`);
    return ({ find }) => {
      const found = find(token);
      if (!found) throw new ExpressionError(`Undefined variable: ${token}`);
      return found;
    };
  };

  const readLevel = (level: number): Evaluate => {
    const signs = operators[level];
    if (!signs) return readOperand();
    let left = readLevel(level + 1);
    for (let sign = tokens[next] ?? ''; Object.hasOwn(signs, sign); sign = tokens[next] ?? '') {
      next += 1;
      const [a, b, how] = [left, readLevel(level + 1), signs[sign] as (a: number, b: number) => number];
      left = (names) => combine([a(names), b(names)], how);
    }
    return left;
  };

  const evaluate = readLevel(0);
  if (next < tokens.length) throw new ExpressionError(`Unexpected: ${tokens[next]}`);
  return (names) => {
    const value = evaluate(names);
    if (isSeries(value)) return value;
    throw new ExpressionError('an expression must give one time series');
  };
}
