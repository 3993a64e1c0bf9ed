import type { KeyObject } from 'node:crypto'
import type { Db } from '../db/open.ts'
import type { UserRow } from '../db/schema.ts'
import { newId } from '../ids.ts'
import { hashSessionId, openToken, sealToken } from '../vault/tokens.ts'
import { REMEMBER_ME_SECONDS } from './cookies.ts'
import type { Principal } from './principal.ts'
import { rolesOf } from './roles.ts'

interface RememberMe {
  /** The same in every renewal of one login's cookie, so that a logout ends them all. */
  id: string
  userId: string
  realm: Principal['realm']
  /** Of the password that was used: a new password ends the cookies of the old one. */
  password: string | undefined
  expires: number
}

const PURPOSE = 'rememberMe'

/**
 * The value of the remember-me cookie. Concord puts the password or the key itself into it; ours says who it was, which
 * serves as well and cannot leak them.
 */
export function rememberMeValue(masterKey: KeyObject, { user, realm }: Principal, id: string = newId()): string {
  if (!user) throw new Error('Only users are remembered')
  const token: RememberMe = {
    id,
    userId: user.id,
    realm,
    password: passwordMark(user),
    expires: Date.now() + REMEMBER_ME_SECONDS * 1000,
  }
  return sealToken(masterKey, token, PURPOSE)
}

/** What a remember-me cookie says; undefined when it is not ours or a logout ended it: it is then deleted and ignored. */
export async function readRememberMe(db: Db, masterKey: KeyObject, value: string): Promise<RememberMe | undefined> {
  const token = openToken(masterKey, value, PURPOSE) as RememberMe | undefined
  if (!token) return undefined
  const ended = await db.selectFrom('endedRememberMe').select('id').where('id', '=', token.id).executeTakeFirst()
  return ended ? undefined : token
}

/** Ends a cookie for good, whether or not the browser drops it. Answers whose it was; undefined when it had ended. */
export async function endRememberMe(db: Db, masterKey: KeyObject, value: string): Promise<string | undefined> {
  const token = await readRememberMe(db, masterKey, value)
  if (!token) return undefined
  // A renewal of the cookie may be up to the whole time younger than this one.
  const forgettable = new Date(Date.now() + REMEMBER_ME_SECONDS * 1000).toISOString()
  await db
    .insertInto('endedRememberMe')
    .values({ id: token.id, forgettable })
    .onConflict((conflict) => conflict.doNothing())
    .execute()
  return token.userId
}

/** The principal of a cookie that is ours; undefined when it has ended: the user is disabled, the password another. */
export async function rememberedPrincipal(db: Db, token: RememberMe): Promise<Principal | undefined> {
  const user = await db.selectFrom('users').selectAll().where('id', '=', token.userId).executeTakeFirst()
  if (!user || user.disabled || token.expires < Date.now()) return undefined
  if (token.realm !== 'apikey' && token.password !== passwordMark(user)) return undefined
  return { realm: token.realm, user, roles: await rolesOf(db, user.id) }
}

function passwordMark({ passwordHash }: UserRow) {
  return passwordHash ? hashSessionId(passwordHash) : undefined
}
