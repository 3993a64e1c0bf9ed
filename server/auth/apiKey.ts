import { roleNames } from '../access/roles.ts'
import { keptRow } from '../db/compiled.ts'
import { readListColumn } from '../db/json.ts'
import type { Reader } from '../db/open.ts'
import type { UserRow } from '../db/schema.ts'
import type { Principal, Refusal } from '../principal.ts'
import { isPast } from '../sessions/session.ts'
import { hashApiKey, isLongEnough } from '../vault/tokens.ts'

/**
 * `Authorization: <key>` or `Authorization: Bearer <key>`; "Bearer " is case-sensitive with exactly one space
 * (Concord's ApiKeyAuthenticationHandler). Returns undefined for an unknown, expired, malformed or short key.
 */
export async function apiKeyPrincipal(
  db: Reader,
  authorization: string | undefined,
  refuse: (refusal: Refusal) => void = () => {},
): Promise<Principal | undefined> {
  if (!authorization) return undefined
  const key = authorization.startsWith('Bearer ') ? authorization.slice('Bearer '.length) : authorization
  const hash = hashApiKey(key)
  // Older keys may have a single byte.
  if (hash === undefined || !isLongEnough(key)) {
    refuse({ reason: 'malformed' })
    return undefined
  }
  const found = await keyWithUser(db, { hash })
  if (!found) return undefined
  const { apiKeyId, userId, expiredAt, roleNames: names, ...user } = found
  if (isPast(expiredAt)) {
    refuse({ reason: 'expired', userId: userId ?? undefined })
    return undefined
  }
  if (userId === null) return { realm: 'apikey', user: undefined, roles: new Set(), apiKeyId }
  if (user.disabled) {
    refuse({ reason: 'disabled', userId })
    return undefined
  }
  // A user's key always has a user: the join found one.
  return { realm: 'apikey', user: user as UserRow, roles: new Set(readListColumn(names)), apiKeyId }
}

const keyWithUser = keptRow<{ hash: string }>()((db, arg) =>
  db
    .selectFrom('apiKeys')
    .leftJoin('users', 'users.id', 'apiKeys.userId')
    .where('apiKeys.hash', '=', arg('hash'))
    .selectAll('users')
    .select(['apiKeys.id as apiKeyId', 'apiKeys.userId', 'apiKeys.expiredAt', roleNames.as('roleNames')]),
)
