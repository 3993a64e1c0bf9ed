import { SYSTEM } from '../actor.ts'
import { recordAudit } from '../audit/record.ts'
import type { Db, Reader, Trx } from '../db/open.ts'
import type { UserRow, UserType } from '../db/schema.ts'
import { newId, SEED } from '../ids.ts'
import { closeSessionsOf, endSessionsOf } from '../sessions/end.ts'
import { hashPassword } from '../vault/password.ts'
import { generateApiKey, hashApiKey } from '../vault/tokens.ts'
import { keepAnAdmin } from './lastAdmin.ts'
import { PASSWORD_RULE, passwordProblem } from './passwords.ts'

/*
 * The built-in user directory: users who can sign in with a name and a password. Managed with `npm run user`, not
 * through the API; Concord leaves this to LDAP.
 */

/** An error with a message for the user of the command line. */
export class UserError extends Error {}

/** Lower case, as Concord stores names; a colon would end the name in a Basic header. */
const USERNAME = /^[0-9a-z][0-9a-z_.@-]{0,127}$/

interface NewUser {
  username: string
  password: string
  admin: boolean
  /** Also create an API key. */
  apiKey: boolean
}

/** Adds a LOCAL user as Concord does, as a member of Default's team `default`. Returns the API key, if requested. */
export async function addUser(db: Db, { username, password, admin, apiKey }: NewUser): Promise<{ apiKey?: string }> {
  const name = checkedName(username)
  await checkPassword(name, password)
  const passwordHash = await hashPassword(password)
  const key = apiKey ? generateApiKey() : undefined
  await db.transaction().execute(async (trx) => {
    if ((await usersNamed(trx, name)).some(({ type }) => type === 'LOCAL'))
      throw new UserError(`There is a user ${name} already.`)
    const id = newId()
    await insertUser(trx, { id, username: name, displayName: null, email: null, passwordHash })
    if (admin) await grantAdmin(trx, id)
    if (key) await insertApiKey(trx, id, 'made-with-user', key)
    await recordAudit(trx, SYSTEM, { object: 'USER', action: 'CREATE', details: { userId: id, username: name, admin } })
  })
  return key ? { apiKey: key } : {}
}

/** Sets or replaces a user's password and ends all their sessions. Returns the user's description. */
export async function setPassword(db: Db, { username, password }: { username: string; password: string }) {
  const chosen = await requireLocalUser(db, username)
  await checkPassword(chosen.username, password)
  const passwordHash = await hashPassword(password)
  return db.transaction().execute(async (trx) => {
    const user = await requireLocalUser(trx, chosen.id)
    await requireOwnName(trx, user)
    await trx.updateTable('users').set({ passwordHash }).where('id', '=', user.id).execute()
    const ended = await endSessionsOf(trx, user.id)
    await recordAudit(trx, SYSTEM, {
      object: 'USER',
      action: 'UPDATE',
      details: { userId: user.id, username: user.username, password: true, ended },
    })
    return described(user)
  })
}

/**
 * Disables a user of any type: password, keys and sessions end at once; what they own stays. Returns the user's
 * description.
 */
export async function disableUser(db: Db, { username }: { username: string }) {
  return db.transaction().execute(async (trx) => {
    const user = await requireUser(trx, username)
    const ended = await lockOut(trx, user, (message) => new UserError(message))
    await recordAudit(trx, SYSTEM, {
      object: 'USER',
      action: 'UPDATE',
      details: { userId: user.id, username: user.username, disabled: true, ended },
    })
    return described(user)
  })
}

/**
 * Disables a user and ends all their sessions; returns their number. Used by the API, the command line and the LDAP
 * directory. Throws for the last admin.
 */
export async function lockOut(trx: Trx, { id }: UserRow, refusal?: (message: string) => Error): Promise<number> {
  const disabledDate = new Date().toISOString()
  const disable = () => trx.updateTable('users').set({ disabled: 1, disabledDate }).where('id', '=', id).execute()
  await keepAnAdmin(trx, disable, refusal)
  return closeSessionsOf(trx, id)
}

export async function enableUser(db: Db, { username }: { username: string }) {
  return db.transaction().execute(async (trx) => {
    const user = await requireUser(trx, username)
    await trx
      .updateTable('users')
      .set({ disabled: 0, permanentlyDisabled: 0, disabledDate: null })
      .where('id', '=', user.id)
      .execute()
    await recordAudit(trx, SYSTEM, {
      object: 'USER',
      action: 'UPDATE',
      details: { userId: user.id, username: user.username, disabled: false },
    })
    return described(user)
  })
}

export interface ListedUser {
  /** With the domain, if any. */
  name: string
  type: UserType
  /** Also through an LDAP group. */
  admin: boolean
  password: boolean
  apiKeys: number
  disabled: boolean
}

export async function listUsers(db: Reader): Promise<ListedUser[]> {
  const users = await db.selectFrom('users').selectAll().orderBy('username').orderBy('domain').orderBy('type').execute()
  const admins = await adminIds(db)
  const keys = await db.selectFrom('apiKeys').select('userId').execute()
  return users.map((user) => ({
    name: nameOf(user),
    type: user.type,
    admin: admins.has(user.id),
    password: user.passwordHash !== null,
    apiKeys: keys.filter(({ userId }) => userId === user.id).length,
    disabled: user.disabled === 1,
  }))
}

/**
 * Inserts a user, LOCAL by default, with Concord's membership of every new user (concord-api §5). Also for sample data.
 */
export async function insertUser(trx: Trx, user: NewUserRow) {
  const { id, username, displayName, email, passwordHash, domain = null, type = 'LOCAL' } = user
  const enabled = { disabled: 0, permanentlyDisabled: 0, disabledDate: null } as const
  await trx
    .insertInto('users')
    .values({ id, username, displayName, email, passwordHash, domain, type, ...enabled })
    .execute()
  // The API can delete the team or the organization.
  const team = await trx.selectFrom('teams').select('id').where('id', '=', SEED.defaultTeam).executeTakeFirst()
  if (team) await trx.insertInto('teamUsers').values({ teamId: team.id, userId: id, role: 'MEMBER' }).execute()
}

type NewUserRow = Pick<UserRow, 'id' | 'username' | 'displayName' | 'email' | 'passwordHash'> &
  Partial<Pick<UserRow, 'domain' | 'type'>>

/** Stores the hash of a generated key. */
export async function insertApiKey(trx: Trx, userId: string, name: string, key: string) {
  const hash = hashApiKey(key)
  if (hash === undefined) throw new Error('A generated key is base64')
  await trx.insertInto('apiKeys').values({ id: newId(), userId, name, hash, expiredAt: null }).execute()
}

function checkedName(username: string): string {
  const name = username.trim().toLowerCase()
  if (USERNAME.test(name)) return name
  throw new UserError('A username has letters, digits and _ . @ -, at most 128, and starts with a letter or digit.')
}

async function checkPassword(username: string, password: string) {
  const problem = await passwordProblem(username, password)
  if (problem) throw new UserError(`The password was not accepted. ${problem}\n${PASSWORD_RULE}`)
}

const nameOf = ({ username, domain }: UserRow) => (domain === null ? username : `${username}@${domain}`)
const described = (user: UserRow) => `${nameOf(user)} (${user.type})`

/**
 * All users that a name can refer to: with or without the domain, or an id. Names from other directories may contain
 * other characters.
 */
function usersNamed(db: Reader, text: string): Promise<UserRow[]> {
  const name = text.trim().toLowerCase()
  const at = name.indexOf('@')
  return db
    .selectFrom('users')
    .selectAll()
    .where(({ or, and, eb }) =>
      or([
        ...[eb('id', '=', name), eb('username', '=', name)],
        ...(at < 0 ? [] : [and({ username: name.slice(0, at), domain: name.slice(at + 1) })]),
      ]),
    )
    .orderBy('username')
    .orderBy('domain')
    .orderBy('type')
    .execute()
}

async function requireUser(db: Reader, name: string): Promise<UserRow> {
  return theOnly(name, await usersNamed(db, name))
}

/** Other users have their passwords in their own directory. */
async function requireLocalUser(db: Reader, name: string): Promise<UserRow> {
  const users = await usersNamed(db, name)
  const local = users.filter(({ type }) => type === 'LOCAL')
  const [other] = users
  if (other && local.length === 0) throw new UserError(`${described(other)} has no password here to be set.`)
  return theOnly(name, local)
}

/** Users sign in without a domain: with two passwords under one name, one person could sign in as the other. */
async function requireOwnName(db: Reader, { id, username }: UserRow) {
  const another = await db
    .selectFrom('users')
    .selectAll()
    .where('username', '=', username)
    .where('id', '!=', id)
    .where('passwordHash', 'is not', null)
    .executeTakeFirst()
  if (another) throw new UserError(`${described(another)} has a password already and signs in with the same name.`)
}

/** With several matches, acting on one could hit the wrong user. */
function theOnly(name: string, users: UserRow[]): UserRow {
  const [user, another] = users
  if (!user) throw new UserError(`There is no user ${name}.`)
  if (!another) return user
  const lines = users.map((each) => `  ${each.id}  ${described(each)}${each.disabled ? ', DISABLED' : ''}`)
  throw new UserError(
    `Nothing has changed: ${users.length} users are named ${name}. Give the id of one:\n${lines.join('\n')}`,
  )
}

async function grantAdmin(trx: Trx, userId: string) {
  const role = await trx.selectFrom('roles').select('id').where('name', '=', 'concordAdmin').executeTakeFirstOrThrow()
  await trx.insertInto('userRoles').values({ userId, roleId: role.id }).execute()
}

async function adminIds(db: Reader) {
  const rows = await db
    .selectFrom('allUserRoles')
    .innerJoin('roles', 'roles.id', 'allUserRoles.roleId')
    .select('userId')
    .where('roles.name', '=', 'concordAdmin')
    .execute()
  return new Set(rows.map(({ userId }) => userId))
}
