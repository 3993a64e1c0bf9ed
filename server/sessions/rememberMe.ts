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
 * Remember-me. Concord's cookie holds the password or the key itself and is good for two weeks in anybody's hands. Ours
 * names a row, and each use replaces it: of a cookie that was copied, one of the two copies comes too late, and that ends
 * them both.
 */

/** What the cookie says. `secret` stays the same, `serial` counts the uses: only the last cookie is good. */
interface RememberMe {
  id: string
  secret: string
  serial: number
}

/** Remember-me lasts as long as Concord's `rememberMe.maxAge`. */
export const REMEMBER_ME_SECONDS = 14 * 24 * 3600

const PURPOSE = 'rememberMe'
/** After the sign-in, whatever the use. */
const LONGEST_LIFE = 30 * 24 * 3600 * 1000
/**
 * How long the cookie before the last one is still good. A browser that starts with several tabs sends the same cookie
 * with all their requests, and a connection can break before the new cookie has arrived: neither is a theft. Such a
 * request gets the last cookie once more instead of another one. A thief who is that fast gains nothing lasting: then
 * both have the same cookie, and the next use of the two gives the other one away.
 */
const GRACE = 60_000
const MOST_REMEMBERED = 100

/** Remembers a sign-in, and returns the row's id and the cookie's value. */
export async function startRememberMe(
  trx: Trx,
  masterKey: KeyObject,
  sender: Sender,
  { user, realm, apiKeyId }: Principal,
) {
  if (!user) throw new Error('Only users are remembered')
  const [id, secret, now] = [newId(), newSessionId(), new Date().toISOString()]
  await keepNewest(trx, 'rememberMe', user.id, MOST_REMEMBERED - 1)
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

/** A remembered sign-in as it was found, before anything is done with it. */
export interface Remembered {
  token: RememberMe
  userId: string
  /** Undefined when it is refused. */
  principal: Principal | undefined
  refused?: 'disabled' | 'expired'
}

/** What a remember-me cookie stands for; undefined when it is not ours or has ended: it is then deleted and ignored. */
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
  // A serial that was never given out is of a later state of this database, of which a backup was restored.
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
  Math.min(Date.parse(lastUsedAt) + REMEMBER_ME_SECONDS * 1000, Date.parse(createdAt) + LONGEST_LIFE)

/**
 * Uses up a cookie and returns the value of the next one. `spent` is one that was used up before: everything that its
 * user is signed in with has ended then, as nobody can tell the thief from the user.
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
 * Ends a cookie for good, whether or not the browser drops it, and the sessions that it opened. Returns whose it was;
 * undefined when it had ended.
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
      or([eb('lastUsedAt', '<', ago(REMEMBER_ME_SECONDS * 1000)), eb('createdAt', '<', ago(LONGEST_LIFE))]),
    )
    .execute()
}
