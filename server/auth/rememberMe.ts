import type { KeyObject } from 'node:crypto'
import type { Db } from '../db/open.ts'
import type { UserRow } from '../db/schema.ts'
import { hashSessionId, openToken, sealToken } from '../vault/tokens.ts'
import { REMEMBER_ME_SECONDS } from './cookies.ts'
import type { Principal } from './principal.ts'
import { rolesOf } from './roles.ts'

interface RememberMe {
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
export function rememberMeValue(masterKey: KeyObject, { user, realm }: Principal): string {
  if (!user) throw new Error('Only users are remembered')
  const token: RememberMe = {
    userId: user.id,
    realm,
    password: passwordMark(user),
    expires: Date.now() + REMEMBER_ME_SECONDS * 1000,
  }
  return sealToken(masterKey, token, PURPOSE)
}

/** What a remember-me cookie says; undefined when it is not ours, which is then deleted and ignored. */
export function readRememberMe(masterKey: KeyObject, value: string): RememberMe | undefined {
  return openToken(masterKey, value, PURPOSE) as RememberMe | undefined
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
