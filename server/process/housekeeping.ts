import { removeExpiredKeys } from '../apiKeys/store.ts'
import { removeOldEntries } from '../audit/retention.ts'
import { codeOf } from '../db/storageTrouble.ts'
import { foldLog } from '../db/writeAheadLog.ts'
import type { Services } from '../services.ts'
import { removeDeadProcessSessions } from '../sessions/end.ts'
import { removeDeadRememberMe } from '../sessions/rememberMe.ts'
import { removeDeadSessions } from '../sessions/session.ts'
import { syncLdapUsers } from '../users/syncLdapUsers.ts'
import type { Setup } from './setUp.ts'

/**
 * Removes what has expired, and checks which users the LDAP directory still has. Tasks are independent: a failed one
 * does not stop the others. A signal ends it early; the rest is done next time.
 */
export async function runHousekeeping(services: Setup, signal?: AbortSignal): Promise<void> {
  const { db, log } = services
  // A wrong clock would remove data for good; removing it later loses nothing.
  const byAge = (await services.clock.check()) ? removals(services, signal) : {}
  const tasks = {
    'keep a reserve for a full disk': () => services.reserve.keep(),
    ...byAge,
    'check the users in the directory': () => syncLdapUsers(services),
    // Last, including what the others have removed: the log keeps old pages until they are overwritten.
    'checkpoint the write-ahead log': () => foldLog(db),
  }
  for (const [what, task] of Object.entries(tasks)) {
    if (signal?.aborted) return
    await task().catch((error: Error) => log.error(`could not ${what}`, { name: error.name, code: codeOf(error) }))
  }
}

function removals({ db, config }: Services, signal?: AbortSignal): Record<string, () => Promise<void>> {
  return {
    'remove dead sessions': () => removeDeadSessions(db, config),
    'remove dead remember-me cookies': () => removeDeadRememberMe(db),
    'remove dead process sessions': () => removeDeadProcessSessions(db),
    'remove expired API keys': () => removeExpiredKeys(db, config),
    'remove old entries of the audit log': () => removeOldEntries(db, config, signal),
  }
}
