import type { Actor, Sender } from '../actor.ts'
import { changesBetween } from '../audit/changes.ts'
import { recordAudit } from '../audit/record.ts'
import type { Credentials } from '../auth/basic.ts'
import { rolesOf } from '../auth/roles.ts'
import type { Db, Reader, Trx } from '../db/open.ts'
import type { UserRow } from '../db/schema.ts'
import { HttpError } from '../errors.ts'
import { newId } from '../ids.ts'
import type { Principal } from '../principal.ts'
import type { Services } from '../services.ts'
import { insertUser } from '../users/directory.ts'
import { findUserById } from '../users/owner.ts'
import { briefUserEntry } from '../users/store.ts'
import { BusyError, type Turn } from '../waiting/limit.ts'
import { type DirectoryEntry, findEntry, passwordFits } from './ldap.ts'

/** What a directory says to a name and a password. */
export interface DirectoryAnswer {
  /** Whose name it is, whether or not the password fits. */
  dn?: string
  /** When it does. */
  entry?: DirectoryEntry
  /** It says nothing, and the reason is in the log. */
  away?: true
}

/** Asks the directory; `beforePassword` can throw to keep a password from being tried on an entry. */
export async function askDirectory(
  { config: { ldap }, log }: Services,
  { username, password }: Credentials,
  turn: Turn,
  beforePassword: (dn: string) => void,
): Promise<DirectoryAnswer> {
  if (!ldap || username === '') return {}
  try {
    const entry = await findEntry(ldap, username, turn)
    if (!entry) return {}
    beforePassword(entry.dn)
    return (await passwordFits(ldap, entry, password, turn)) ? { dn: entry.dn, entry } : { dn: entry.dn }
  } catch (error) {
    if (error instanceof HttpError || error instanceof BusyError) throw error
    logTrouble(log, error)
    return { away: true }
  }
}

/** The user of an entry, made with their first login, with the groups that they are in now. */
export async function directoryUser(db: Db, actor: Actor, entry: DirectoryEntry): Promise<UserRow> {
  return db.transaction().execute(async (trx) => {
    const existing = await userOfEntry(trx, entry)
    const user = existing ? await refresh(trx, actor, existing, entry) : await createDirectoryUser(trx, actor, entry)
    await replaceGroups(trx, user.id, entry.groups)
    return user
  })
}

export async function directoryPrincipal(db: Db, actor: Actor, entry: DirectoryEntry): Promise<Principal> {
  const user = await directoryUser(db, actor, entry)
  return { realm: 'ldap', user, roles: await rolesOf(db, user.id) }
}

/**
 * Whoever a remember-me cookie names is asked for in the directory again, without a password: those who are not in it any
 * more, or whom the filter leaves out, have to sign in.
 */
export async function stillInDirectory(
  services: Services,
  sender: Sender,
  { user }: Principal,
): Promise<Principal | undefined> {
  const { db, config, log } = services
  if (!config.ldap || !user) return undefined
  // The cookie is good: it waits behind nobody who has none.
  const turn = { who: user.id, signal: sender.request.signal }
  const entry = await findEntry(config.ldap, loginOf(user), turn).catch((error: unknown) => {
    if (error instanceof BusyError) throw error
    return logTrouble(log, error)
  })
  if (!entry || !isEntryOf(user, entry)) return undefined
  return directoryPrincipal(db, sender, entry)
}

/** What a user would type to sign in. */
export const loginOf = ({ username, domain }: UserRow) => (domain === null ? username : `${username}@${domain}`)

export const isEntryOf = (user: UserRow, entry: DirectoryEntry) =>
  entry.username === user.username && entry.domain === user.domain

/** Concord makes LDAP users of admins' requests too, before these sign in. */
export async function createDirectoryUser(trx: Trx, actor: Actor, entry: DirectoryEntry): Promise<UserRow> {
  const { username, domain, displayName, email } = entry
  const id = newId()
  await insertUser(trx, { id, username, domain, type: 'LDAP', displayName, email, passwordHash: null })
  const user = await findUserById(trx, id)
  if (!user) throw new Error('A user that was inserted is there')
  const changes = changesBetween(undefined, briefUserEntry(user))
  await recordAudit(trx, actor, { object: 'USER', action: 'CREATE', details: { userId: id, username, changes } })
  return user
}

export const userOfEntry = (db: Reader, { username, domain }: Pick<DirectoryEntry, 'username' | 'domain'>) =>
  db
    .selectFrom('users')
    .selectAll()
    .where('username', '=', username)
    .where('domain', 'is', domain)
    .where('type', '=', 'LDAP')
    .executeTakeFirst()

async function refresh(
  trx: Trx,
  actor: Actor,
  user: UserRow,
  { displayName, email }: DirectoryEntry,
): Promise<UserRow> {
  const changed = { ...user, displayName, email }
  const changes = changesBetween(briefUserEntry(user), briefUserEntry(changed))
  if (Object.keys(changes).length === 0) return user
  await trx.updateTable('users').set({ displayName, email }).where('id', '=', user.id).execute()
  const details = { userId: user.id, username: user.username, changes }
  await recordAudit(trx, actor, { object: 'USER', action: 'UPDATE', details })
  return changed
}

export async function replaceGroups(trx: Trx, userId: string, groups: string[]) {
  await trx.deleteFrom('userLdapGroups').where('userId', '=', userId).execute()
  // SQLite takes 32,766 parameters.
  for (let i = 0; i < groups.length; i += 1000) {
    const rows = groups.slice(i, i + 1000).map((ldapGroup) => ({ userId, ldapGroup }))
    await trx.insertInto('userLdapGroups').values(rows).execute()
  }
}

/** Without the user name: people type passwords into that field, and the log is read by others. */
function logTrouble(log: Services['log'], error: unknown): undefined {
  log.error('the directory did not answer a login', troubleOf(error))
}

/** The name of a failure only: an LDAP server's own words could quote what was sent to it. */
export function troubleOf(error: unknown) {
  const { name, message, code } = error as Error & { code?: unknown }
  return { error: name, code, reason: name === 'DirectoryError' ? message : undefined }
}
