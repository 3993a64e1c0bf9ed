import { CompiledQuery, type DatabaseConnection, type Driver, type QueryResult } from 'kysely'
import { currentPersonId } from '../waiting/person.ts'
import { Turns } from '../waiting/turns.ts'
import type { Kept } from './kept.ts'
import { type Asked, type DatabaseFile, Statements } from './statements.ts'

/** The driver yields to the event loop after this many milliseconds of statements, and a batch takes no more writes. */
const MAX_STRETCH = 20
/** The number of writes in a batch. */
const MAX_WRITES = 128

/**
 * Kysely's driver for the one connection. Writes that arrive together share a transaction of the database and its
 * fsync, each in its own savepoint; everything else runs between these batches (docs/decisions/group-commit.md). Users
 * are served round-robin (docs/decisions/database-queue.md).
 */
export class FairSqliteDriver implements Driver {
  readonly #file: DatabaseFile
  readonly #statements: Statements
  readonly #readers = new Turns<() => void>()
  readonly #writers = new Turns<Write>()
  /** After a batch that failed the next one is a single write, so that the others don't fail with it again. */
  #mostWrites = MAX_WRITES
  /** Whether a batch has begun, so that its changes are visible but not on disk. */
  #isOpen = false
  /** Serves those who wait; undefined if nobody does. */
  #round: Promise<void> | undefined

  constructor(file: DatabaseFile) {
    this.#file = file
    this.#statements = new Statements(file)
  }

  async init() {}

  /** Nothing waits here: a statement or a transaction does, depending on what it is. */
  async acquireConnection(): Promise<DatabaseConnection> {
    return new Lease(this)
  }

  async releaseConnection() {}

  async beginTransaction(lease: DatabaseConnection) {
    const transaction = new TransactionWrite(this.#file, this.#statements)
    ;(lease as Lease).transaction = transaction
    this.#add(transaction)
    await transaction.begun
  }

  commitTransaction = (lease: DatabaseConnection) => transactionOf(lease).end('commit')

  rollbackTransaction = (lease: DatabaseConnection) => transactionOf(lease).end('rollback')

  async destroy() {
    await this.#round
    this.#statements.clear()
    this.#file.close()
  }

  /** Runs a statement that changes nothing: at once, or in its turn. Never in a batch: those changes may be undone. */
  read<R>(query: Asked): QueryResult<R> | Promise<QueryResult<R>> {
    return this.#outsideOfBatches(() => this.#statements.run<R>(query))
  }

  /** The same for a query that depends on people only: its rows are kept in memory until a write can change them. */
  readOrRecall<R>(query: Asked): QueryResult<R> | Promise<QueryResult<R>> {
    const { people } = this.#statements
    const name = query.sql + JSON.stringify(query.parameters)
    const known = people.find(name)
    if (known) return known as QueryResult<R>
    return this.#outsideOfBatches(() => {
      const found = this.#statements.run<R>(query)
      // Not that there is nothing: anybody can send an invented session.
      if (found.rows.length === 0) return found
      for (const row of found.rows) Object.freeze(row)
      people.keep(name, found, JSON.stringify(found.rows).length)
      return found
    })
  }

  #outsideOfBatches<T>(run: () => T): T | Promise<T> {
    if (!this.#isOpen && this.#readers.size === 0 && !stretchIsOver()) return run()
    return new Promise((resolve, reject) => {
      this.#readers.add(currentPersonId(), () => {
        try {
          resolve(run())
        } catch (error) {
          reject(error)
        }
      })
      this.#serve()
    })
  }

  /** Answers of the API, which writes end. */
  get answers(): Kept<unknown> {
    return this.#statements.answers
  }

  /** Runs a single statement that changes something. */
  write<R>(query: CompiledQuery): Promise<QueryResult<R>> {
    const write = new StatementWrite<R>(this.#statements, query)
    this.#add(write)
    return write.done
  }

  #add(write: Write) {
    this.#writers.add(currentPersonId(), write)
    this.#serve()
  }

  #serve() {
    this.#round ??= nextRound().then(() => this.#serveAll())
  }

  async #serveAll() {
    while (this.#writers.size + this.#readers.size > 0) {
      if (this.#writers.size > 0) await this.#batch()
      if (stretchIsOver()) await nextRound()
      this.#serveReaders()
      // Those who have got their results may have more to write.
      await nextRound()
    }
    this.#round = undefined
  }

  #serveReaders() {
    const began = performance.now()
    while (performance.now() - began < MAX_STRETCH) {
      const read = this.#readers.take()
      if (!read) return
      read()
    }
  }

  /** Runs waiting writes in one transaction of the database, and settles them when it is on disk or has failed. */
  async #batch() {
    const began = performance.now()
    const writes: Write[] = []
    let failure: { error: unknown } | undefined
    this.#isOpen = true
    try {
      this.#statements.run(BEGIN)
      while (writes.length < this.#mostWrites && performance.now() - began < MAX_STRETCH) {
        const write = this.#writers.take()
        if (!write) break
        writes.push(write)
        await write.run()
        // A full disk can end all of it, not only the statement.
        if (!this.#file.inTransaction) throw write.error ?? new Error('The transaction of the database has ended')
      }
      this.#statements.run(COMMIT)
    } catch (error) {
      failure = { error }
      if (this.#file.open && this.#file.inTransaction) this.#statements.run(ROLLBACK)
    }
    this.#isOpen = false
    this.#mostWrites = failure ? 1 : Math.min(MAX_WRITES, 2 * this.#mostWrites)
    // BEGIN failed before the first write: the next one in the queue gets the error.
    if (writes.length === 0 && failure) writes.push(...[this.#writers.take()].filter((write) => write !== undefined))
    for (const write of writes) write.settle(failure)
  }
}

const BEGIN = CompiledQuery.raw('BEGIN')
const COMMIT = CompiledQuery.raw('COMMIT')
const ROLLBACK = CompiledQuery.raw('ROLLBACK')
const SAVEPOINT = CompiledQuery.raw('SAVEPOINT own')
const RELEASE = CompiledQuery.raw('RELEASE own')
const UNDO = CompiledQuery.raw('ROLLBACK TO own')

/** What kysely takes for a connection: the way to the only one. */
class Lease implements DatabaseConnection {
  readonly #driver: FairSqliteDriver
  transaction: TransactionWrite | undefined

  constructor(driver: FairSqliteDriver) {
    this.#driver = driver
  }

  async executeQuery<R>(query: CompiledQuery): Promise<QueryResult<R>> {
    if (this.transaction) return this.transaction.execute(query)
    return changesSomething(query) ? this.#driver.write(query) : this.#driver.read(query)
  }

  streamQuery(): never {
    throw new Error('Results are small: nothing streams them')
  }
}

function transactionOf(lease: DatabaseConnection): TransactionWrite {
  const { transaction } = lease as Lease
  if (!transaction) throw new Error('There is no transaction')
  return transaction
}

const READS = /^\s*(select|explain|pragma)\b/i

export function changesSomething({ query: { kind }, sql }: Pick<CompiledQuery, 'query' | 'sql'>): boolean {
  if (kind === 'SelectQueryNode') return false
  return kind === 'InsertQueryNode' || kind === 'UpdateQueryNode' || kind === 'DeleteQueryNode' || !READS.test(sql)
}

/** A member of a batch. */
interface Write {
  /** Makes its changes; resolves when it has made or undone them. */
  run(): Promise<void> | void
  /** Why they failed. */
  error: unknown
  /** Tells who waits for it that the batch is on disk or has failed. */
  settle(failure: { error: unknown } | undefined): void
}

/** A single statement, which is atomic by itself. */
class StatementWrite<R> implements Write {
  readonly #statements: Statements
  readonly #query: CompiledQuery
  readonly #outcome = deferred<QueryResult<R>>()
  #result: QueryResult<R> | undefined
  error: unknown

  constructor(statements: Statements, query: CompiledQuery) {
    this.#statements = statements
    this.#query = query
  }

  get done() {
    return this.#outcome.promise
  }

  run() {
    try {
      this.#result = this.#statements.run(this.#query)
    } catch (error) {
      this.error = error
    }
  }

  settle(failure: { error: unknown } | undefined) {
    if (failure) this.#outcome.reject(failure.error)
    else if (this.#result) this.#outcome.resolve(this.#result)
    else this.#outcome.reject(this.error)
  }
}

/** A transaction of kysely's: a savepoint in the batch. */
class TransactionWrite implements Write {
  readonly #file: DatabaseFile
  readonly #statements: Statements
  readonly #begun = deferred<void>()
  readonly #ended = deferred<void>()
  readonly #settled = deferred<void>()
  #hasEnded = false
  error: unknown

  constructor(file: DatabaseFile, statements: Statements) {
    this.#file = file
    this.#statements = statements
    // Nobody waits for it if it never begins.
    this.#settled.promise.catch(() => {})
  }

  get begun() {
    return this.#begun.promise
  }

  run() {
    this.#statements.run(SAVEPOINT)
    this.#begun.resolve()
    return this.#ended.promise
  }

  async execute<R>(query: CompiledQuery): Promise<QueryResult<R>> {
    if (stretchIsOver()) await nextRound()
    if (this.#hasEnded) throw new Error('The transaction has ended')
    // Outside of it, the rest would be kept without what was undone.
    if (!this.#file.inTransaction) throw this.error
    try {
      return this.#statements.run<R>(query)
    } catch (error) {
      this.error = error
      throw error
    }
  }

  /**
   * Ends it, and waits until the batch is on disk, also after undoing its changes: it can have failed because of rows
   * that were not on disk yet. Rejects with the error of the batch.
   */
  async end(how: 'commit' | 'rollback') {
    if (!this.#hasEnded) {
      try {
        if (how === 'rollback') this.#statements.run(UNDO)
        this.#statements.run(RELEASE)
      } catch (error) {
        // A full disk has ended the batch already: the error of that statement says more than that there is no savepoint.
        this.error ??= error
      }
      this.#hasEnded = true
      this.#ended.resolve()
    }
    await this.#settled.promise
  }

  settle(failure: { error: unknown } | undefined) {
    if (!failure) return this.#settled.resolve()
    this.#begun.reject(failure.error)
    this.#settled.reject(failure.error)
  }
}

function deferred<T>() {
  let resolve: (value: T) => void = () => {}
  let reject: (error: unknown) => void = () => {}
  const promise = new Promise<T>((fulfil, refuse) => {
    resolve = fulfil
    reject = refuse
  })
  return { promise, resolve, reject }
}

const nextRound = () => new Promise<void>((resolve) => setImmediate(resolve))

/** When the event loop last ran before a statement; undefined if there was no statement since. */
let stretchBegan: number | undefined

/**
 * libsql runs its statements in this thread, so a request's statements follow each other without yielding to the event
 * loop. After a while they have to, so that requests without database access can proceed.
 */
function stretchIsOver(): boolean {
  const now = performance.now()
  if (stretchBegan === undefined) {
    stretchBegan = now
    setImmediate(() => {
      stretchBegan = undefined
    })
    return false
  }
  return now - stretchBegan > MAX_STRETCH
}
