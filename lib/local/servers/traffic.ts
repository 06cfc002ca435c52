// What HAProxy has counted since the fleet started, whichever of its processes did: `show stat`, read and added up.

export interface Traffic {
  /** Requests that a target was chosen for. */
  readonly requests: number;
  /** Answers of targets, by the first digit of their code. */
  readonly answers: Readonly<Record<number, number>>;
  /** Answers that no target gave: HAProxy's own. */
  readonly own: Readonly<Record<number, number>>;
  /** Connections of clients, and those to targets. */
  readonly connections: number;
  /** Average of up to the last 1024 answers; undefined before the first. */
  readonly responseSeconds?: number;
}

export type StatRow = Readonly<Record<string, string>>;

/** The rows of `show stat`, by the names of its columns. */
export function toStatRows(text: string): StatRow[] {
  const [header = '', ...lines] = text.trim().split('\n');
  const columns = header.replace(/^# /, '').split(',');
  return lines.map((line) => Object.fromEntries(line.split(',').map((value, index) => [columns[index] ?? '', value])));
}

const codes = [1, 2, 3, 4, 5] as const;

export function toTraffic(rows: readonly StatRow[]): Traffic {
  const front = rows.filter(({ svname }) => svname === 'FRONTEND');
  const back = rows.filter(({ svname }) => svname === 'BACKEND');
  const targets = rows.filter(({ svname }) => svname !== 'FRONTEND' && svname !== 'BACKEND');
  const total = (of: readonly StatRow[], ...columns: string[]): number =>
    of.reduce((sum, row) => sum + columns.reduce((all, column) => all + Number(row[column] || 0), 0), 0);
  const answers = Object.fromEntries(codes.map((code) => [code, total(targets, `hrsp_${code}xx`)]));
  const own = codes.map((code) => [code, Math.max(0, total(front, `hrsp_${code}xx`) - (answers[code] ?? 0))]);
  const answered = codes.some((code) => (answers[code] ?? 0) > 0);
  return {
    requests: total(targets, 'lbtot'),
    answers,
    own: Object.fromEntries(own),
    connections: total(front, 'scur') + total(targets, 'used_conn_cur', 'idle_conn_cur'),
    responseSeconds: answered ? total(back, 'rtime') / 1000 : undefined,
  };
}

const nothing: Traffic = { requests: 0, answers: {}, own: {}, connections: 0 };

type ByCode = Readonly<Record<number, number>>;

const combine = (a: ByCode, b: ByCode, how: (x: number, y: number) => number): ByCode =>
  Object.fromEntries(codes.map((code) => [code, how(a[code] ?? 0, b[code] ?? 0)]));

const add = (x: number, y: number): number => x + y;

/** Adds what the processes before the one of now had counted: nothing is lost but what came after the last look. */
export class TrafficCount {
  #before = nothing;
  #last = nothing;
  #process: unknown;

  /** @param process what counted: another one began at 0 */
  add(process: unknown, now: Traffic): Traffic {
    if (this.#process !== process) this.#before = this.#last;
    this.#process = process;
    const sum: Traffic = {
      ...now,
      requests: this.#before.requests + now.requests,
      answers: combine(this.#before.answers, now.answers, add),
      // An answer under way is counted for its target first and for the front later: the difference falls for a moment.
      own: combine(this.#last.own, combine(this.#before.own, now.own, add), Math.max),
    };
    this.#last = sum;
    return sum;
  }
}
