import { CompiledQuery, type DatabaseConnection, type Driver } from 'kysely'
import { whoseWork } from '../waiting/person.ts'
import { Turns } from '../waiting/turns.ts'
import { type DatabaseFile, Statements } from './statements.ts'

/** The driver yields to the event loop after this many milliseconds of statements. */
const LONGEST_STRETCH = 20

/**
 * Kysely's driver with a fair queue for the one connection: a release wakes one waiter, and callers are served
 * round-robin. Kysely's own queue wakes every waiter at each release, so n waiters cost n² wake-ups
 * (docs/decisions/database-queue.md).
 */
export class FairSqliteDriver implements Driver {
  readonly #waiting = new Turns<() => void>()
  readonly #file: DatabaseFile
  readonly #statements: Statements
  readonly #connection: DatabaseConnection
  #taken = false

  constructor(file: DatabaseFile) {
    this.#file = file
    this.#statements = new Statements(file)
    this.#connection = considerate(this.#statements)
  }

  async init() {}

  async acquireConnection(): Promise<DatabaseConnection> {
    if (this.#taken) await new Promise<void>((resolve) => this.#waiting.add(whoseWork(), resolve))
    this.#taken = true
    return this.#connection
  }

  async beginTransaction() {
    await this.#connection.executeQuery(BEGIN)
  }

  async commitTransaction() {
    await this.#connection.executeQuery(COMMIT)
  }

  /**
   * A full disk can end the transaction by itself. Failing here would hide the reason, because Kysely would throw this
   * error instead.
   */
  async rollbackTransaction(): Promise<void> {
    if (this.#file.inTransaction) await this.#connection.executeQuery(ROLLBACK)
  }

  async releaseConnection(): Promise<void> {
    // The connection goes straight to the next waiter, so that a newcomer can't overtake it.
    const next = this.#waiting.take()
    if (next) next()
    else this.#taken = false
  }

  async destroy() {
    this.#statements.clear()
    this.#file.close()
  }
}

const BEGIN = CompiledQuery.raw('begin')
const COMMIT = CompiledQuery.raw('commit')
const ROLLBACK = CompiledQuery.raw('rollback')

/**
 * libsql runs its statements in this thread, so a request's statements follow each other without yielding to the event
 * loop. This yields after a while, so that requests without database access can proceed.
 */
function considerate(statements: Statements): DatabaseConnection {
  return {
    async executeQuery<R>(query: CompiledQuery) {
      if (stretchIsOver()) await new Promise((resolve) => setImmediate(resolve))
      return statements.run<R>(query)
    },
    streamQuery() {
      throw new Error('Nothing here streams a query')
    },
  }
}

/** When the event loop last ran before a statement; undefined if there was no statement since. */
let stretchBegan: number | undefined

function stretchIsOver(): boolean {
  const now = performance.now()
  if (stretchBegan === undefined) {
    stretchBegan = now
    setImmediate(() => {
      stretchBegan = undefined
    })
    return false
  }
  return now - stretchBegan > LONGEST_STRETCH
}
