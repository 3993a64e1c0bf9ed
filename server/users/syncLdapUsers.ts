import type { Reader } from '../db/open.ts'
import type { UserRow } from '../db/schema.ts'
import { loggableError } from '../directory/ask.ts'
import { findEntry, UnclearEntryError } from '../directory/ldap.ts'
import type { LdapConfig } from '../directory/ldapConfig.ts'
import type { Log } from '../log.ts'
import type { Services } from '../services.ts'
import { disableUser, UserError } from './builtIn.ts'
import { isEntryOf, loginOf, replaceGroups } from './ldapUser.ts'

/** How many other users are looked up, to check whether the directory finds anybody at all. */
const MAX_OTHERS = 100

/**
 * Looks up all LDAP users who have a key or a session, like Concord's UserLdapGroupSynchronizer: updates their groups,
 * and disables users that are no longer found. Disables nobody if the directory is unreachable, or if more users are
 * missing than found: then the settings are probably wrong.
 */
export async function syncLdapUsers({ db, config: { ldap }, log }: Services): Promise<void> {
  if (!ldap) return
  const gone: UserRow[] = []
  let found = 0
  let others = 0
  for (const user of await enabledUsers(db)) {
    if (!user.hasAccess && (found >= gone.length || ++others > MAX_OTHERS)) break
    const answer = await ask(ldap, log, user)
    if (answer === 'away') return
    if (typeof answer === 'object') found++
    if (!user.hasAccess || answer === 'unclear') continue
    if (answer === 'gone') gone.push(user)
    else await db.transaction().execute((trx) => replaceGroups(trx, user.id, answer.groups))
  }
  if (gone.length > found) {
    log.error('more users are missing from the directory than found, so nobody was disabled', {
      found,
      missed: gone.length,
    })
    return
  }
  for (const { id } of gone) {
    try {
      await disableUser(db, { username: id })
      log.warn('disabled a user who is no longer in the directory', { userId: id })
    } catch (error) {
      if (!(error instanceof UserError)) throw error
      log.error('the last admin is no longer in the directory, and was not disabled', { userId: id })
    }
  }
}

async function ask(ldap: LdapConfig, log: Log, user: UserRow) {
  try {
    const entry = await findEntry(ldap, loginOf(user))
    if (!entry) return 'gone'
    return isEntryOf(user, entry) ? entry : 'unclear'
  } catch (error) {
    if (error instanceof UnclearEntryError) return 'unclear'
    log.error('the directory failed while its users were checked', loggableError(error))
    return 'away'
  }
}

/** LDAP users, starting with those who have access without the directory. */
function enabledUsers(db: Reader) {
  return db
    .selectFrom('users')
    .selectAll()
    .select(({ or, exists, selectFrom }) =>
      or(
        (['apiKeys', 'sessions', 'processSessions'] as const).map((table) =>
          exists(selectFrom(table).select('userId').whereRef(`${table}.userId`, '=', 'users.id')),
        ),
      ).as('hasAccess'),
    )
    .where('type', '=', 'LDAP')
    .where('disabled', '=', 0)
    .orderBy('hasAccess', 'desc')
    .orderBy('id', 'desc')
    .execute()
}
