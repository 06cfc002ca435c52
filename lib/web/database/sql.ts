// Statements as typed values: Kysely writes them and knows their rows, `Database` runs them where they belong.
import {
  type CompiledQuery,
  DummyDriver,
  Kysely,
  MysqlAdapter,
  MysqlIntrospector,
  MysqlQueryCompiler,
  type RawBuilder,
  sql,
} from 'kysely';
import type { Value } from './query';
import type { Tables } from './tables';

/** Only writes statements: it has no connection, and whatever is asked to run on it returns nothing. */
export type Sql = Kysely<Tables>;

export const createSql = (): Sql =>
  new Kysely<Tables>({
    dialect: {
      createAdapter: () => new MysqlAdapter(),
      createDriver: () => new DummyDriver(),
      createIntrospector: (db) => new MysqlIntrospector(db),
      createQueryCompiler: () => new MysqlQueryCompiler(),
    },
  });

/** A statement that returns such rows. */
export interface Statement<Row = unknown> {
  compile(): CompiledQuery<Row>;
}

/** As drivers want it. */
export const toText = (statement: Statement): { sql: string; values: Value[] } => {
  const { sql, parameters } = statement.compile();
  return { sql, values: parameters as Value[] };
};

/** The server's time, in UTC, to the millisecond. */
export const now = sql<Date>`UTC_TIMESTAMP(3)`;

const compiler = createSql();

/** For what has no word in the builder; its values are parameters all the same. */
export const raw = <Row>(text: RawBuilder<Row | unknown>): Statement<Row> => ({
  compile: () => text.compile(compiler) as CompiledQuery<Row>,
});
