import type { Actor } from '../actor.ts'
import { changesBetween } from '../audit/changes.ts'
import { recordAudit } from '../audit/record.ts'
import type { Db, Reader, Trx } from '../db/open.ts'
import type { UserRow } from '../db/schema.ts'
import type { DirectoryEntry } from '../directory/ldap.ts'
import { newId } from '../ids.ts'
import { insertUser } from './builtIn.ts'
import { briefUserEntry, findUserById } from './store.ts'

/** Returns the user of an entry, created on the first login, and updates their groups. */
export async function directoryUser(db: Db, actor: Actor, entry: DirectoryEntry): Promise<UserRow> {
  return db.transaction().execute(async (trx) => {
    const existing = await userOfEntry(trx, entry)
    const user = existing ? await refresh(trx, actor, existing, entry) : await createDirectoryUser(trx, actor, entry)
    await replaceGroups(trx, user.id, entry.groups)
    return user
  })
}

/** The name that a user types to sign in. */
export const loginOf = ({ username, domain }: UserRow) => (domain === null ? username : `${username}@${domain}`)

export const isEntryOf = (user: UserRow, entry: DirectoryEntry) =>
  entry.username === user.username && entry.domain === user.domain

/** In Concord, admins can also create LDAP users before they sign in. */
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
  // SQLite allows 32,766 parameters.
  for (let i = 0; i < groups.length; i += 1000) {
    const rows = groups.slice(i, i + 1000).map((ldapGroup) => ({ userId, ldapGroup }))
    await trx.insertInto('userLdapGroups').values(rows).execute()
  }
}
