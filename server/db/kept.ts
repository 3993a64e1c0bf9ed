/*
 * What has been read from the database and is kept in memory until a write can have changed it. This process is the only
 * one that writes (docs/decisions/sqlite-exclusive-lock.md), and all its statements go through `Statements`, which calls
 * `wrote` for every one that is not a plain read.
 */

/**
 * The tables whose writes leave what is kept as it is; a write to any other table, or in any other form, ends it. What
 * is kept must not depend on these tables, nor on what their triggers and foreign keys change (kept.test.ts).
 */
export const LEAVING = {
  /** Who somebody is, and what they belong to. */
  people: ['auditLog', 'secrets', 'secretValues', 'secretProjects', 'secretTeamAccess'],
  /** What the API answers to a user. Sessions decide who sends a request, not what they get. */
  answers: ['auditLog', 'sessions', 'rememberMe'],
} as const

const MAX_BYTES = 4_000_000

/** The table of a plain insert, update or delete, as kysely writes it. */
const WRITTEN = /^(?:insert into|update|delete from) "(\w+)"/

export const tableWrittenBy = (sql: string): string | undefined => WRITTEN.exec(sql)?.[1]

/** Things of one kind by name. */
export class Kept<T> {
  readonly #leaving: ReadonlySet<string>
  readonly #found = new Map<string, T>()
  #bytes = 0
  #version = 0

  constructor(leaving: readonly string[]) {
    this.#leaving = new Set(leaving)
  }

  /** Changes with every write that ends what is kept. */
  get version() {
    return this.#version
  }

  /** Call it for a write before it runs; with undefined if its table is not known. */
  wrote(table: string | undefined) {
    if (table !== undefined && this.#leaving.has(table)) return
    this.#version++
    this.#clear()
  }

  find(name: string): T | undefined {
    return this.#found.get(name)
  }

  /** Never call it with what was read before the last write, or by a transaction that may be undone. */
  keep(name: string, found: T, bytes: number) {
    // Rare enough that nothing has to know what was used last.
    if (this.#bytes + bytes > MAX_BYTES) this.#clear()
    if (bytes > MAX_BYTES / 4) return
    this.#found.set(name, found)
    this.#bytes += bytes + 2 * name.length
  }

  #clear() {
    if (this.#found.size > 0) this.#found.clear()
    this.#bytes = 0
  }
}
