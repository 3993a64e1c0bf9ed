import {
  type CompiledQuery,
  DummyDriver,
  Kysely,
  type QueryExecutorProvider,
  type QueryResult,
  SqliteAdapter,
  SqliteQueryCompiler,
  sql,
} from 'kysely'
import { changesSomething, type FairSqliteDriver } from './driver.ts'
import type { Kept } from './kept.ts'
import type { Database } from './schema.ts'

/** A database or a transaction. */
type Source = Pick<Kysely<Database>, 'getExecutor'>

/** The place of an argument in a compiled query. */
class Argument {
  readonly name: string

  constructor(name: string) {
    this.name = name
  }
}

/** A query of kysely's, or SQL. */
interface Compilable<Row> {
  compile(db: QueryExecutorProvider): CompiledQuery<Row>
}

type Parameters<A> = <N extends keyof A & string>(name: N) => A[N]

type Build<A, Row> = (db: Kysely<Database>, arg: Parameters<A>) => Compilable<Row>

/**
 * A query that is built and compiled once, for what every request asks: otherwise kysely builds it again each time, which
 * takes longer than running it. `build` puts `arg('name')` where a value belongs, and must not look at it.
 */
export const compiled =
  <A extends Record<string, unknown>>() =>
  <Row>(build: Build<A, Row>): ((db: Source, args: A) => Promise<Row[]>) => {
    const ask = asker(build, false)
    return async (db, args) => (await ask(db, args)).rows
  }

/** The same for a query with one row at most. */
export const compiledRow =
  <A extends Record<string, unknown>>() =>
  <Row>(build: Build<A, Row>): ((db: Source, args: A) => Promise<Row | undefined>) => {
    const ask = asker(build, true)
    return async (db, args) => (await ask(db, args)).rows[0]
  }

/** The same for what every request asks about people: kept in memory until a write can change it (kept.ts). */
export const keptRow =
  <A extends Record<string, Text>>() =>
  <Row>(build: Build<A, Row>): ((db: Source, args: A) => Promise<Readonly<Row> | undefined>) => {
    const ask = asker(build, true, true)
    return async (db, args) => (await ask(db, args)).rows[0]
  }

/** Not a type of bytes or numbers: the arguments are part of the name under which a result is kept. */
type Text = string

function asker<A extends Record<string, unknown>, Row>(build: Build<A, Row>, isSingle: boolean, isKept = false) {
  let once: CompiledQuery<Row> | undefined
  return (db: Source, args: A): QueryResult<Row> | Promise<QueryResult<Row>> => {
    once ??= build(COMPILER, (name) => new Argument(name) as never).compile(COMPILER)
    const { sql, query, queryId, parameters } = once
    const values = parameters.map((value) => (value instanceof Argument ? args[value.name] : value))
    const asked = { sql, query, queryId, parameters: values, isSingle }
    const executor = db.getExecutor()
    const driver = (db as { isTransaction?: boolean }).isTransaction ? undefined : direct.get(executor.adapter)
    if (driver && !changesSomething(asked)) return isKept ? driver.readOrRecall(asked) : driver.read(asked)
    // The plugins see every query, because one of them guards writes (db/reserve.ts).
    executor.transformQuery(query, queryId)
    return executor.executeQuery<Row>(asked)
  }
}

const direct = new WeakMap<object, FairSqliteDriver>()

/** Lets the queries of a database go straight to its driver: kysely asks it for a connection, ten promises for each. */
export function readDirectly(db: Source, driver: FairSqliteDriver) {
  direct.set(db.getExecutor().adapter, driver)
}

/** Answers of the API, which a write to the database ends. */
export function answersOf(db: Source): Kept<unknown> {
  const driver = direct.get(db.getExecutor().adapter)
  if (!driver) throw new Error('This is not the database itself')
  return driver.answers
}

const COMPILER = new Kysely<Database>({
  dialect: {
    createAdapter: () => new SqliteAdapter(),
    createDriver: () => new DummyDriver(),
    createIntrospector: () => {
      throw new Error('There is no database here')
    },
    createQueryCompiler: () => new SqliteQueryCompiler(),
  },
})

/** The values of a JSON list, for `in`: one argument and one text, however long the list is. */
export const eachOf = (list: string) => sql<string>`(SELECT value FROM json_each(${list}))`
