import { type CompiledQuery, type DatabaseConnection, SqliteDriver } from 'kysely'
import { whoseWork } from '../waiting/person.ts'
import { Turns } from '../waiting/turns.ts'

/** The driver yields to the event loop after this many milliseconds of statements. */
const LONGEST_STRETCH = 20

/**
 * Kysely's driver with a fair queue for the one connection: a release wakes one waiter, and callers are served
 * round-robin. Kysely's own queue wakes every waiter at each release, so n waiters cost n² wake-ups
 * (docs/decisions/database-queue.md).
 */
export class FairSqliteDriver extends SqliteDriver {
  readonly #waiting = new Turns<() => void>()
  #taken = false
  #connection: DatabaseConnection | undefined

  override async acquireConnection(): Promise<DatabaseConnection> {
    if (this.#taken) await new Promise<void>((resolve) => this.#waiting.add(whoseWork(), resolve))
    this.#taken = true
    // Kysely's mutex is always free here.
    const connection = await super.acquireConnection()
    this.#connection ??= considerate(connection)
    return this.#connection
  }

  /**
   * A full disk can end the transaction by itself. Failing here would hide the reason, because Kysely would throw this
   * error instead.
   */
  override async rollbackTransaction(connection: DatabaseConnection): Promise<void> {
    await super.rollbackTransaction(connection).catch((error: Error) => {
      if (!error.message.includes('no transaction is active')) throw error
    })
  }

  override async releaseConnection(): Promise<void> {
    await super.releaseConnection()
    // The connection goes straight to the next waiter, so that a newcomer can't overtake it.
    const next = this.#waiting.take()
    if (next) next()
    else this.#taken = false
  }
}

/**
 * libsql runs its statements in this thread, so a request's statements follow each other without yielding to the event
 * loop. This yields after a while, so that requests without database access can proceed.
 */
function considerate(connection: DatabaseConnection): DatabaseConnection {
  return {
    async executeQuery<R>(query: CompiledQuery) {
      if (stretchIsOver()) await new Promise((resolve) => setImmediate(resolve))
      return connection.executeQuery<R>(query)
    },
    streamQuery: (query, chunkSize) => connection.streamQuery(query, chunkSize),
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
