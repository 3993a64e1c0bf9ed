import { vi } from 'vitest'
import { Statements } from '../../server/db/statements.ts'

const CONTROL = /^(begin|commit|rollback|savepoint|release)\b/i

/** The texts of the statements that some work runs, without those that begin and end transactions. */
export async function statementsOf(work: () => Promise<unknown>): Promise<string[]> {
  const run = vi.spyOn(Statements.prototype, 'run')
  try {
    await work()
    return run.mock.calls.map(([{ sql }]) => sql).filter((sql) => !CONTROL.test(sql))
  } finally {
    run.mockRestore()
  }
}
