import type { CompiledQuery, QueryResult } from 'kysely'
import { Kept, LEAVING, tableWrittenBy } from './kept.ts'

/** More than the server has; only lists of ids make others. */
const MAX_KEPT = 300
/** In characters: a longer one is a list of ids that does not come again. */
const MAX_KEPT_LENGTH = 4_000
/** Statements that change neither the schema nor a setting of the connection. */
const KEEPS_SCHEMA = /^\s*(select|insert|update|delete|with|savepoint|release|rollback|begin|commit)\b/i

/** Statements after which everything is as it was, or as it was before a write that has been noted already. */
const ONLY_READS = /^\s*(select|savepoint|release|rollback|begin|commit)\b/i

/** A statement with its parameters. */
export type Asked = Pick<CompiledQuery, 'sql' | 'parameters'> & {
  /** Only the first row is wanted: libsql is prepared for a hundred otherwise, which takes a third of the time. */
  isSingle?: boolean
}

/** What libsql's synchronous API is used for here. */
export interface DatabaseFile {
  prepare(sql: string): Statement
  readonly open: boolean
  readonly inTransaction: boolean
  close(): void
}

interface Statement {
  readonly reader: boolean
  /** Arrays instead of objects as rows. */
  raw(): this
  columns(): { name: string }[]
  all(parameters: readonly unknown[]): unknown[]
  get(parameters: readonly unknown[]): unknown
  run(parameters: readonly unknown[]): { changes: number; lastInsertRowid: number | bigint }
}

interface Prepared {
  statement: Statement
  /** The names of the result's columns; undefined for a statement without a result. */
  columns: string[] | undefined
  writes: boolean
  /** What it writes to, if that is a single table. */
  table: string | undefined
}

/**
 * The prepared statements of one connection, by their text: preparing takes as long as running a short one. The least
 * recently used ones are forgotten, and all of them after a change of the schema.
 */
export class Statements {
  readonly #file: DatabaseFile
  readonly #kept = new Map<string, Prepared>()
  /** Results of queries about people, and answers of the API: what writes end. */
  readonly people = new Kept<QueryResult<unknown>>(LEAVING.people)
  readonly answers = new Kept<unknown>(LEAVING.answers)

  constructor(file: DatabaseFile) {
    this.#file = file
  }

  /** Runs a statement. Throws SQLite's error. */
  run<R>({ sql, parameters, isSingle }: Asked): QueryResult<R> {
    const { statement, columns, writes, table } = this.#prepared(sql)
    if (writes) for (const kept of [this.people, this.answers]) kept.wrote(table)
    try {
      if (columns && isSingle) {
        const row = statement.get(parameters) as unknown[] | undefined
        return { rows: rowsOf(columns, row ? [row] : []) as R[] }
      }
      if (columns) return { rows: rowsOf(columns, statement.all(parameters) as unknown[][]) as R[] }
      const { changes, lastInsertRowid } = statement.run(parameters)
      return { numAffectedRows: BigInt(changes), insertId: BigInt(lastInsertRowid), rows: [] }
    } catch (error) {
      // Not to be used again in the state that the error left it in.
      this.#kept.delete(sql)
      throw error
    }
  }

  /** How many are kept. */
  get size() {
    return this.#kept.size
  }

  /** Forgets all of them. A statement that is still there keeps a closed database locked. */
  clear() {
    this.#kept.clear()
  }

  #prepared(sql: string): Prepared {
    const known = this.#kept.get(sql)
    if (known) {
      this.#kept.delete(sql)
      this.#kept.set(sql, known)
      return known
    }
    const statement = this.#file.prepare(sql)
    const writes = !ONLY_READS.test(sql)
    const prepared = {
      statement: statement.reader ? statement.raw() : statement,
      columns: statement.reader ? statement.columns().map(({ name }) => name) : undefined,
      ...{ writes, table: writes ? tableWrittenBy(sql) : undefined },
    }
    if (!KEEPS_SCHEMA.test(sql)) {
      this.clear()
    } else if (sql.length <= MAX_KEPT_LENGTH) {
      const [oldest] = this.#kept.keys()
      if (this.#kept.size >= MAX_KEPT && oldest !== undefined) this.#kept.delete(oldest)
      this.#kept.set(sql, prepared)
    }
    return prepared
  }
}

/** libsql makes arrays faster than objects. */
function rowsOf(columns: readonly string[], rows: readonly unknown[][]): Record<string, unknown>[] {
  return rows.map((values) => {
    const row: Record<string, unknown> = {}
    for (const [i, column] of columns.entries()) row[column] = values[i]
    return row
  })
}
