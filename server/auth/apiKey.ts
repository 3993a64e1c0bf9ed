import type { Db } from '../db/open.ts'
import { hashApiKey } from '../vault/tokens.ts'
import type { Principal } from './principal.ts'
import type { Refusal } from './refusal.ts'
import { rolesOf } from './roles.ts'

/**
 * `Authorization: <key>` or `Authorization: Bearer <key>`; "Bearer " is case-sensitive with exactly one space
 * (Concord's ApiKeyAuthenticationHandler). An unknown, expired or malformed key yields nothing.
 */
export async function apiKeyPrincipal(
  db: Db,
  authorization: string | undefined,
  refuse: (refusal: Refusal) => void = () => {},
): Promise<Principal | undefined> {
  if (!authorization) return undefined
  const hash = hashApiKey(authorization.startsWith('Bearer ') ? authorization.slice('Bearer '.length) : authorization)
  if (hash === undefined) {
    refuse({ reason: 'malformed' })
    return undefined
  }
  const key = await db.selectFrom('apiKeys').selectAll().where('hash', '=', hash).executeTakeFirst()
  if (!key) return undefined
  if (key.expiredAt !== null && Date.parse(key.expiredAt) <= Date.now()) {
    refuse({ reason: 'expired', userId: key.userId ?? undefined })
    return undefined
  }
  if (key.userId === null) return { realm: 'apikey', user: undefined, roles: new Set(), apiKeyId: key.id }
  const user = await db.selectFrom('users').selectAll().where('id', '=', key.userId).executeTakeFirst()
  if (!user || user.disabled) {
    refuse({ reason: 'disabled', userId: key.userId })
    return undefined
  }
  return { realm: 'apikey', user, roles: await rolesOf(db, user.id), apiKeyId: key.id }
}
