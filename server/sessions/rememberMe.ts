import type { KeyObject } from 'node:crypto'
import { roleNames } from '../access/roles.ts'
import type { Sender } from '../actor.ts'
import { recordEvent } from '../audit/events.ts'
import { readListColumn } from '../db/json.ts'
import type { Db, Reader, Trx } from '../db/open.ts'
import { newId } from '../ids.ts'
import type { Principal } from '../principal.ts'
import { hashSessionId, newSessionId, openToken, sealToken } from '../vault/tokens.ts'
import { endBrowser, endSessionsOf } from './end.ts'
import { clientOf, isPast, keepNewest } from './session.ts'

/*
 * Remember-me. Concord's cookie contains the password or the key itself and is valid for two weeks, for anybody who has
 * it. Ours refers to a row, and each use replaces it: if a cookie was copied, one of the copies is used too late, which
 * ends both.
 */

/** The content of the cookie. `secret` stays the same, `serial` counts the uses: only the last cookie is valid. */
interface RememberMe {
  id: string
  secret: string
  serial: number
}

/** The same lifetime as Concord's `rememberMe.maxAge`. */
export const REMEMBER_ME_SECONDS = 14 * 24 * 3600

const PURPOSE = 'rememberMe'
/** After sign-in, even if it is in use. */
const MAX_LIFE = 30 * 24 * 3600 * 1000
/**
 * How long the previous cookie stays valid. A browser that starts with several tabs sends the same cookie with all
 * their requests, and a connection can break before the new cookie arrives: neither is a theft. Such a request gets the
 * current cookie again instead of a new one. A thief who is that fast gains nothing lasting: both then have the same
 * cookie, and after the next use the other copy is detected.
 */
const GRACE = 60_000
const MAX_REMEMBERED = 100

/** Stores a remembered sign-in, and returns the row's id and the cookie's value. */
export async function startRememberMe(
  trx: Trx,
  masterKey: KeyObject,
  sender: Sender,
  { user, realm, apiKeyId }: Principal,
) {
  if (!user) throw new Error('Only users are remembered')
  const [id, secret, now] = [newId(), newSessionId(), new Date().toISOString()]
  await keepNewest(trx, 'rememberMe', user.id, MAX_REMEMBERED - 1)
  await trx
    .insertInto('rememberMe')
    .values({
      ...{ id, secretHash: hashSessionId(secret), serial: 0, rotatedAt: now, userId: user.id, realm },
      ...{ apiKeyId: apiKeyId ?? null, createdAt: now, lastUsedAt: now, endedAt: null, ...clientOf(sender) },
    })
    .execute()
  return { id, cookie: cookieValue(masterKey, { id, secret, serial: 0 }) }
}

const cookieValue = (masterKey: KeyObject, token: RememberMe) => sealToken(masterKey, token, PURPOSE)

/** A remembered sign-in as read from the database. */
export interface Remembered {
  token: RememberMe
  userId: string
  /** Undefined if it is refused. */
  principal: Principal | undefined
  refused?: 'disabled' | 'expired'
}

/** Looks up a remember-me cookie; undefined if it is not ours or has ended: it is then deleted and ignored. */
export async function findRememberMe(db: Reader, masterKey: KeyObject, value: string): Promise<Remembered | undefined> {
  const token = openToken(masterKey, value, PURPOSE) as Partial<RememberMe> | undefined
  if (!token?.id || !token.secret || token.serial === undefined) return undefined
  const found = await db
    .selectFrom('rememberMe')
    .innerJoin('users', 'users.id', 'rememberMe.userId')
    .leftJoin('apiKeys', 'apiKeys.id', 'rememberMe.apiKeyId')
    .where('rememberMe.id', '=', token.id)
    .where('rememberMe.secretHash', '=', hashSessionId(token.secret))
    .selectAll('users')
    .select(['rememberMe.realm', 'rememberMe.apiKeyId', 'apiKeys.expiredAt as keyExpiredAt', 'rememberMe.endedAt'])
    .select(['rememberMe.serial', 'rememberMe.createdAt', 'rememberMe.lastUsedAt', roleNames.as('roleNames')])
    .executeTakeFirst()
  if (!found) return undefined
  const { realm, apiKeyId, keyExpiredAt, endedAt, serial, createdAt, lastUsedAt, roleNames: names, ...user } = found
  // A serial that was never issued comes from a later state of this database, before a backup was restored.
  if (Date.now() > endOfRememberMe({ createdAt, lastUsedAt }) || token.serial > serial) return undefined
  const complete = token as RememberMe
  const refused = user.disabled ? 'disabled' : isPast(keyExpiredAt) ? 'expired' : undefined
  if (refused) return { token: complete, userId: user.id, principal: undefined, refused }
  if (endedAt !== null) return undefined
  const principal: Principal = {
    realm: realm as Principal['realm'],
    user,
    roles: new Set(readListColumn(names)),
    ...(apiKeyId === null ? {} : { apiKeyId }),
  }
  return { token: complete, userId: user.id, principal }
}

/** When a remembered sign-in ends, in milliseconds. */
export const endOfRememberMe = ({ createdAt, lastUsedAt }: { createdAt: string; lastUsedAt: string }) =>
  Math.min(Date.parse(lastUsedAt) + REMEMBER_ME_SECONDS * 1000, Date.parse(createdAt) + MAX_LIFE)

/**
 * Uses up a cookie and returns the value of the next one. `spent` means it was used before: then all of its user's
 * sessions have ended, because the thief cannot be distinguished from the user.
 */
export async function useRememberMe(
  trx: Trx,
  masterKey: KeyObject,
  sender: Sender,
  { token }: Remembered,
): Promise<{ cookie: string } | { spent: { userId: string; ended: number } } | undefined> {
  const row = await trx
    .selectFrom('rememberMe')
    .selectAll()
    .where('id', '=', token.id)
    .where('endedAt', 'is', null)
    .executeTakeFirst()
  if (!row) return undefined
  const { id, serial, userId } = row
  const next = token.serial === serial ? serial + 1 : serial
  const age = Math.abs(Date.now() - Date.parse(row.rotatedAt))
  if (token.serial < serial - 1 || (token.serial < serial && age > GRACE)) {
    const ended = await endSessionsOf(trx, userId)
    await recordEvent(trx, sender, 'remember-me-reused', { userId, ended }, userId)
    return { spent: { userId, ended } }
  }
  const now = new Date().toISOString()
  const rotated = next === serial ? {} : { serial: next, rotatedAt: now }
  await trx
    .updateTable('rememberMe')
    .set({ lastUsedAt: now, ...clientOf(sender), ...rotated })
    .where('id', '=', id)
    .execute()
  return { cookie: cookieValue(masterKey, { ...token, serial: next }) }
}

/**
 * Ends a cookie for good, whether or not the browser deletes it, and the sessions that it opened. Returns its user, or
 * undefined if it had already ended.
 */
export async function endRememberMe(trx: Trx, masterKey: KeyObject, value: string): Promise<string | undefined> {
  const found = await findRememberMe(trx, masterKey, value)
  if (!found) return undefined
  await endBrowser(trx, found.token.id)
  return found.userId
}

export async function removeDeadRememberMe(db: Db): Promise<void> {
  const ago = (age: number) => new Date(Date.now() - age).toISOString()
  await db
    .deleteFrom('rememberMe')
    .where(({ or, eb }) =>
      or([eb('lastUsedAt', '<', ago(REMEMBER_ME_SECONDS * 1000)), eb('createdAt', '<', ago(MAX_LIFE))]),
    )
    .execute()
}
