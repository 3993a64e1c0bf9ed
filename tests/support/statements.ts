import { type Kysely, sql } from 'kysely'
import { vi } from 'vitest'
import type { Database } from '../../server/db/schema.ts'
import { Statements } from '../../server/db/statements.ts'

const CONTROL = /^(begin|commit|rollback|savepoint|release)\b/i

/**
 * The texts of the statements that some work runs when nothing is kept in memory (db/kept.ts), without those that begin
 * and end transactions.
 */
export async function statementsOf(db: Kysely<Database>, work: () => Promise<unknown>): Promise<string[]> {
  await sql`UPDATE settings SET value = value`.execute(db)
  return statementsAgain(work)
}

/** The same with what earlier work has left in memory. */
export async function statementsAgain(work: () => Promise<unknown>): Promise<string[]> {
  const run = vi.spyOn(Statements.prototype, 'run')
  try {
    await work()
    return run.mock.calls.map(([{ sql }]) => sql).filter((sql) => !CONTROL.test(sql))
  } finally {
    run.mockRestore()
  }
}
