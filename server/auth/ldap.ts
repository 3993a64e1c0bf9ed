import { rolesOf } from '../access/roles.ts'
import type { Actor, Sender } from '../actor.ts'
import type { Db } from '../db/open.ts'
import { logTrouble } from '../directory/ask.ts'
import { type DirectoryEntry, findEntry } from '../directory/ldap.ts'
import type { Principal } from '../principal.ts'
import type { Services } from '../services.ts'
import { directoryUser, isEntryOf, loginOf } from '../users/ldapUser.ts'
import { BusyError } from '../waiting/limit.ts'

export async function directoryPrincipal(db: Db, actor: Actor, entry: DirectoryEntry): Promise<Principal> {
  const user = await directoryUser(db, actor, entry)
  return { realm: 'ldap', user, roles: await rolesOf(db, user.id) }
}

/**
 * The user of a remember-me cookie is looked up in the directory again, without a password. Users who are no longer in
 * it, or whom the filter excludes, have to sign in.
 */
export async function stillInDirectory(
  services: Services,
  sender: Sender,
  { user }: Principal,
): Promise<Principal | undefined> {
  const { db, config, log } = services
  if (!config.ldap || !user) return undefined
  // The cookie is valid, so its request does not wait behind those without one.
  const turn = { who: user.id, signal: sender.request.signal }
  const entry = await findEntry(config.ldap, loginOf(user), turn).catch((error: unknown) => {
    if (error instanceof BusyError) throw error
    return logTrouble(log, error)
  })
  if (!entry || !isEntryOf(user, entry)) return undefined
  return directoryPrincipal(db, sender, entry)
}
