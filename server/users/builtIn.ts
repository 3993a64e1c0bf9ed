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
 * The built-in user directory: who may sign in with a name and a password. Managed by `npm run user`, not by the API;
 * Concord leaves this to LDAP.
 */

/** A refusal, in words for the person at the terminal. */
export class UserError extends Error {}

/** Lower case as Concord keeps names; a colon would end the name in a Basic header. */
const USERNAME = /^[0-9a-z][0-9a-z_.@-]{0,127}$/

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

/** Sets a password, also the first one of a user that has none. Ends all their sessions. Answers who it was. */
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
 * Locks a user out, whatever their type: password, keys and sessions end at once; what they own stays. Answers who it
 * was.
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
 * Disables a user and ends all that they are signed in with; returns how many sessions that were. The API, the terminal
 * and the LDAP directory all do it here. Throws for the last admin.
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
  /** With the domain, if there is one. */
  name: string
  type: UserType
  /** Also by a group of the LDAP directory. */
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

/** A new user, LOCAL unless told, with Concord's membership of every new user (concord-api §5). Also for sample data. */
export async function insertUser(trx: Trx, user: NewUserRow) {
  const { id, username, displayName, email, passwordHash, domain = null, type = 'LOCAL' } = user
  const enabled = { disabled: 0, permanentlyDisabled: 0, disabledDate: null } as const
  await trx
    .insertInto('users')
    .values({ id, username, displayName, email, passwordHash, domain, type, ...enabled })
    .execute()
  // The API can delete the team, and the organization with it.
  const team = await trx.selectFrom('teams').select('id').where('id', '=', SEED.defaultTeam).executeTakeFirst()
  if (team) await trx.insertInto('teamUsers').values({ teamId: team.id, userId: id, role: 'MEMBER' }).execute()
}

type NewUserRow = Pick<UserRow, 'id' | 'username' | 'displayName' | 'email' | 'passwordHash'> &
  Partial<Pick<UserRow, 'domain' | 'type'>>

/** Stores the hash of a key that the server has made. */
export async function insertApiKey(trx: Trx, userId: string, name: string, key: string) {
  const hash = hashApiKey(key)
  if (hash === undefined) throw new Error('A generated key is base64')
  await trx.insertInto('apiKeys').values({ id: newId(), userId, name, hash, expiredAt: null }).execute()
}

function checkedName(username: string): string {
  const name = username.trim().toLowerCase()
  if (USERNAME.test(name)) return name
  throw new UserError('A user name has letters, digits and _ . @ -, at most 128, and starts with a letter or digit.')
}

async function checkPassword(username: string, password: string) {
  const problem = await passwordProblem(username, password)
  if (problem) throw new UserError(`The password was not accepted. ${problem}\n${PASSWORD_RULE}`)
}

const nameOf = ({ username, domain }: UserRow) => (domain === null ? username : `${username}@${domain}`)
const described = (user: UserRow) => `${nameOf(user)} (${user.type})`

/** All whom a name can mean: with the domain or without it, or an id. Names of other directories have other letters. */
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

/** Passwords of others are their own directory's. */
async function requireLocalUser(db: Reader, name: string): Promise<UserRow> {
  const users = await usersNamed(db, name)
  const local = users.filter(({ type }) => type === 'LOCAL')
  const [other] = users
  if (other && local.length === 0) throw new UserError(`${described(other)} has no password here to be set.`)
  return theOnly(name, local)
}

/** Whoever signs in types no domain: two passwords under one name would be those of the wrong person by chance. */
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

/** To act on one of several would be to act on the wrong one. */
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
