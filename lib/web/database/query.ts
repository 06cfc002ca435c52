// One statement and what comes back: the words that pools, dialects and repositories share.

/** What the server says in passing about the session, if asked to. */
export interface StateChanges {
  systemVariables?: Record<string, string>;
  gtids?: string[];
}

export type Value = string | number | null;

export interface Answer<Row> {
  rows: Row[];
  affectedRows: number;
  insertId: number;
  changes: StateChanges;
}

export type Query = <Row = never>(sql: string, values: Value[]) => Promise<Answer<Row>>;
