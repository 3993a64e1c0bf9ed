import type { Db } from '../db/open.ts'
import { hashApiKey } from '../vault/tokens.ts'
import type { Principal } from './principal.ts'
import { rolesOf } from './roles.ts'

/**
 * `Authorization: <key>` or `Authorization: Bearer <key>`; "Bearer " is case-sensitive with exactly one space
 * (Concord's ApiKeyAuthenticationHandler). An unknown, expired or malformed key yields nothing.
 */
export async function apiKeyPrincipal(db: Db, authorization: string | undefined): Promise<Principal | undefined> {
  if (!authorization) return undefined
  const hash = hashApiKey(authorization.startsWith('Bearer ') ? authorization.slice('Bearer '.length) : authorization)
  if (hash === undefined) return undefined
  const key = await db.selectFrom('apiKeys').selectAll().where('hash', '=', hash).executeTakeFirst()
  if (!key || (key.expiredAt !== null && Date.parse(key.expiredAt) <= Date.now())) return undefined
  if (key.userId === null) return { realm: 'apikey', user: undefined, roles: new Set(), apiKeyId: key.id }
  const user = await db.selectFrom('users').selectAll().where('id', '=', key.userId).executeTakeFirst()
  if (!user || user.disabled) return undefined
  return { realm: 'apikey', user, roles: await rolesOf(db, user.id), apiKeyId: key.id }
}
