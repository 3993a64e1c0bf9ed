import type { Hono } from 'hono'
import { z } from 'zod'
import { requireAdmin } from '../access/rules.ts'
import type { UserRow } from '../db/schema.ts'
import { loggableError } from '../directory/ask.ts'
import { findEntry, UnclearEntryError } from '../directory/ldap.ts'
import { textError } from '../errors.ts'
import { type Env, principalOf } from '../http/call.ts'
import { text } from '../http/jackson.ts'
import { operation, resource } from '../http/operation.ts'
import type { Services } from '../services.ts'
import { missing, reject } from '../violations.ts'
import { isEntryOf, loginOf, replaceGroups } from './ldapUser.ts'
import { findUser } from './store.ts'

const syncRequest = z.object({ username: text.nullish(), userDomain: text.nullish() })

/** Concord's UserLdapGroupResource: updates a user's groups from the directory now, not with their next login. */
export function groupSyncRoutes(app: Hono<Env>, services: Services) {
  const { db } = services
  resource(app, '/api/v1/userldapgroup/sync', {
    POST: operation(
      { summary: 'Read the LDAP groups of a user from the directory', body: syncRequest },
      async (c, { body: { username, userDomain } }) => {
        reject(missing('SyncUserLdapGroupRequest.sync.arg0.username', username))
        requireAdmin(principalOf(c))
        const name = username ?? ''
        const user = await findUser(db, name, userDomain, 'LDAP')
        if (!user) throw textError(400, `User not found: ${name}`)
        const groups = await groupsOf(services, user)
        if (!groups) {
          throw textError(400, `User '${name}' with domain '${userDomain ?? null}' not found in LDAP`)
        }
        await db.transaction().execute((trx) => replaceGroups(trx, user.id, groups))
        return { ok: true, result: 'UPDATED' }
      },
    ),
  })
}

/** Undefined if the directory does not have the user, or there is no directory. */
async function groupsOf({ config: { ldap }, log }: Services, user: UserRow): Promise<string[] | undefined> {
  if (!ldap) return undefined
  try {
    const entry = await findEntry(ldap, loginOf(user))
    return entry && isEntryOf(user, entry) ? entry.groups : undefined
  } catch (error) {
    if (error instanceof UnclearEntryError) return undefined
    log.error('the directory failed while a user was looked up', loggableError(error))
    throw textError(500, `Failed to update groups for user '${user.username}'`)
  }
}
