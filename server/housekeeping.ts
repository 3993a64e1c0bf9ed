import { removeExpiredKeys } from './apiKeys/routes.ts'
import { removeOldEntries } from './audit/retention.ts'
import { removeDeadSessions } from './auth/sessions.ts'
import { removeDeadProcessSessions } from './processes/routes.ts'
import type { Services } from './services.ts'

/** Removes what has run out. Each task stands alone: one that fails keeps none of the others from being done. */
export async function keepHouse({ db, config, log }: Services): Promise<void> {
  const tasks = {
    'dead sessions': () => removeDeadSessions(db, config),
    'dead process sessions': () => removeDeadProcessSessions(db),
    'expired API keys': () => removeExpiredKeys(db, config),
    'old entries of the audit log': () => removeOldEntries(db, config),
  }
  for (const [what, task] of Object.entries(tasks)) {
    await task().catch((error: Error) => log.error(`${what} not removed`, { name: error.name }))
  }
}
