import type { Db } from '../db/open.ts'
import type { UserRow, UserType } from '../db/schema.ts'
import { newId, SEED } from '../ids.ts'
import { hashPassword } from '../vault/password.ts'
import { generateApiKey, hashApiKey } from '../vault/tokens.ts'

/*
 * The built-in user directory: who may sign in with a name and a password. Managed by `npm run user`, not by the API;
 * Concord leaves this to LDAP.
 */

/** A refusal, in words for the person at the terminal. */
export class DirectoryError extends Error {}

/** Lower case as Concord keeps names; a colon would end the name in a Basic header. */
const USERNAME = /^[0-9a-z][0-9a-z_.@-]{0,127}$/
const LEAST_PASSWORD_LENGTH = 12
const MOST_PASSWORD_LENGTH = 256

export const PASSWORD_RULE = `at least ${LEAST_PASSWORD_LENGTH} characters, not containing the user name`

interface NewUser {
  username: string
  password: string
  admin: boolean
  /** Make an API key as well. */
  apiKey: boolean
}

/** Adds a user as Concord does: a LOCAL one, member of Default's team `default`. Answers the key, if one was wanted. */
export async function addUser(db: Db, { username, password, admin, apiKey }: NewUser): Promise<{ apiKey?: string }> {
  const name = checkedName(username)
  checkPassword(name, password)
  const passwordHash = await hashPassword(password)
  const key = apiKey ? generateApiKey() : undefined
  await db.transaction().execute(async (trx) => {
    if (await findByName(trx, name)) throw new DirectoryError(`There is a user ${name} already.`)
    const id = newId()
    await insertUser(trx, { id, username: name, displayName: null, email: null, passwordHash })
    if (admin) await grantAdmin(trx, id)
    if (key) await insertApiKey(trx, id, 'made-with-user', key)
    await audit(trx, 'CREATE', { userId: id, username: name, admin })
  })
  return key ? { apiKey: key } : {}
}

/** Sets a password, also the first one of a user that has none. Ends the user's sessions. */
export async function setPassword(db: Db, { username, password }: { username: string; password: string }) {
  const name = checkedName(username)
  checkPassword(name, password)
  const passwordHash = await hashPassword(password)
  await db.transaction().execute(async (trx) => {
    const { id } = await requireUser(trx, name)
    await trx.updateTable('users').set({ passwordHash }).where('id', '=', id).execute()
    await endSessions(trx, id)
    await audit(trx, 'UPDATE', { userId: id, username: name, password: true })
  })
}

/** Locks a user out, of LDAP too: password, keys and sessions end at once; what they own stays. */
export async function disableUser(db: Db, { username }: { username: string }) {
  const name = checkedName(username)
  await db.transaction().execute(async (trx) => {
    const { id } = await requireUser(trx, name, 'LDAP')
    await trx
      .updateTable('users')
      .set({ disabled: 1, disabledDate: new Date().toISOString() })
      .where('id', '=', id)
      .execute()
    await endSessions(trx, id)
    await audit(trx, 'UPDATE', { userId: id, username: name, disabled: true })
  })
}

export async function enableUser(db: Db, { username }: { username: string }) {
  const name = checkedName(username)
  await db.transaction().execute(async (trx) => {
    const { id } = await requireUser(trx, name, 'LDAP')
    await trx
      .updateTable('users')
      .set({ disabled: 0, permanentlyDisabled: 0, disabledDate: null })
      .where('id', '=', id)
      .execute()
    await audit(trx, 'UPDATE', { userId: id, username: name, disabled: false })
  })
}

export interface ListedUser {
  username: string
  displayName: string | null
  admin: boolean
  password: boolean
  apiKeys: number
  disabled: boolean
}

export async function listUsers(db: Db): Promise<ListedUser[]> {
  const users = await db.selectFrom('users').selectAll().orderBy('username').execute()
  const admins = await adminIds(db)
  const keys = await db.selectFrom('apiKeys').select('userId').execute()
  return users.map((user) => ({
    username: user.username,
    displayName: user.displayName,
    admin: admins.has(user.id),
    password: user.passwordHash !== null,
    apiKeys: keys.filter(({ userId }) => userId === user.id).length,
    disabled: user.disabled === 1,
  }))
}

/** A new user, LOCAL unless told, with Concord's membership of every new user (contract §5). Also for sample data. */
export async function insertUser(trx: Db, user: NewUserRow) {
  const { id, username, displayName, email, passwordHash, domain = null, type = 'LOCAL' } = user
  const enabled = { disabled: 0, permanentlyDisabled: 0, disabledDate: null } as const
  await trx
    .insertInto('users')
    .values({ id, username, displayName, email, passwordHash, domain, type, ...enabled })
    .execute()
  await trx.insertInto('teamUsers').values({ teamId: SEED.defaultTeam, userId: id, role: 'MEMBER' }).execute()
}

type NewUserRow = Pick<UserRow, 'id' | 'username' | 'displayName' | 'email' | 'passwordHash'> &
  Partial<Pick<UserRow, 'domain' | 'type'>>

/** Stores the hash of a key that the server has made. */
export async function insertApiKey(trx: Db, userId: string, name: string, key: string) {
  const hash = hashApiKey(key)
  if (hash === undefined) throw new Error('A generated key is base64')
  await trx.insertInto('apiKeys').values({ id: newId(), userId, name, hash, expiredAt: null }).execute()
}

function checkedName(username: string): string {
  const name = username.trim().toLowerCase()
  if (USERNAME.test(name)) return name
  throw new DirectoryError(
    'A user name has letters, digits and _ . @ -, at most 128, and starts with a letter or digit.',
  )
}

function checkPassword(username: string, password: string) {
  const tooShort = [...password].length < LEAST_PASSWORD_LENGTH
  if (tooShort || password.length > MOST_PASSWORD_LENGTH || password.toLowerCase().includes(username)) {
    throw new DirectoryError(`The password was not accepted. It must have ${PASSWORD_RULE}.`)
  }
}

const findByName = (db: Db, username: string, type: UserType = 'LOCAL') =>
  db.selectFrom('users').select('id').where('username', '=', username).where('type', '=', type).executeTakeFirst()

/** A user of the built-in directory, or else one of another type. */
async function requireUser(db: Db, username: string, orElse?: UserType) {
  const user = (await findByName(db, username)) ?? (orElse && (await findByName(db, username, orElse)))
  if (!user) throw new DirectoryError(`There is no user ${username}.`)
  return user
}

async function grantAdmin(db: Db, userId: string) {
  const role = await db.selectFrom('roles').select('id').where('name', '=', 'concordAdmin').executeTakeFirstOrThrow()
  await db.insertInto('userRoles').values({ userId, roleId: role.id }).execute()
}

async function adminIds(db: Db) {
  const rows = await db
    .selectFrom('userRoles')
    .innerJoin('roles', 'roles.id', 'userRoles.roleId')
    .select('userId')
    .where('roles.name', '=', 'concordAdmin')
    .execute()
  return new Set(rows.map(({ userId }) => userId))
}

async function endSessions(db: Db, userId: string) {
  await db.deleteFrom('sessions').where('userId', '=', userId).execute()
  await db.deleteFrom('processSessions').where('userId', '=', userId).execute()
}

/** There is no request behind these changes, as there is behind those that audit/record.ts writes. */
async function audit(db: Db, action: 'CREATE' | 'UPDATE', details: Record<string, unknown>) {
  await db
    .insertInto('auditLog')
    .values({
      entryDate: new Date().toISOString(),
      userId: null,
      object: 'USER',
      action,
      details: JSON.stringify({ ...details, actionSource: { type: 'SYSTEM' } }),
    })
    .execute()
}
