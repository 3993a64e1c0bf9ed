import { sql } from 'kysely'
import { roleNames } from '../access/roles.ts'
import type { Sender } from '../actor.ts'
import type { Config } from '../config.ts'
import { keptRow } from '../db/compiled.ts'
import { readListColumn } from '../db/json.ts'
import type { Db, Trx } from '../db/open.ts'
import { codeOf } from '../db/storageTrouble.ts'
import { forbidden } from '../errors.ts'
import { newId } from '../ids.ts'
import type { Log } from '../log.ts'
import type { Principal } from '../principal.ts'
import type { Services } from '../services.ts'
import { hashSessionId, newSessionId } from '../vault/tokens.ts'

/** The maximum age of `lastUsedAt` before a request updates it: a write per request would mean an fsync each. */
const TOUCH_AFTER = 60_000
/** A script that signs in with each request opens a session each time. */
export const MAX_SESSIONS = 100

/** Where a session was opened from, for the list in which its user looks for strangers. */
export const clientOf = ({ request: { address, userAgent } }: Sender) => ({ address, userAgent })

/**
 * Starts a session, which survives a restart of the server, and returns its secret: the cookie's value. Beyond
 * `MAX_SESSIONS`, the user's least recently used session ends.
 */
export async function startSession(
  trx: Trx,
  sender: Sender,
  principal: Principal,
  rememberMeId?: string,
): Promise<string> {
  const { realm, user, apiKeyId } = principal
  if (!user) throw new Error('A session needs a user')
  const secret = newSessionId()
  const now = new Date().toISOString()
  await keepNewest(trx, 'sessions', user.id, MAX_SESSIONS - 1)
  await trx
    .insertInto('sessions')
    .values({
      ...{ idHash: hashSessionId(secret), id: newId(), userId: user.id, realm, apiKeyId: apiKeyId ?? null },
      ...{ rememberMeId: rememberMeId ?? null, createdAt: now, lastUsedAt: now, endedAt: null, ...clientOf(sender) },
    })
    .execute()
  return secret
}

/** Ends a user's least recently used sessions or remember-me cookies beyond a number. */
export async function keepNewest(trx: Trx, table: 'sessions' | 'rememberMe', userId: string, most: number) {
  await trx
    .deleteFrom(table)
    .where('id', 'in', ({ selectFrom }) =>
      selectFrom(table).select('id').where('userId', '=', userId).orderBy('lastUsedAt', 'desc').limit(-1).offset(most),
    )
    .execute()
}

/**
 * Whether a slow sign-in (verifying passwords takes time) is still valid: a password or key that was changed in the
 * meantime, or a user who was disabled, must not open a session.
 */
export async function stillSignsIn(trx: Trx, { realm, user, apiKeyId }: Principal): Promise<boolean> {
  if (!user) return false
  const now = await trx.selectFrom('users').selectAll().where('id', '=', user.id).executeTakeFirst()
  if (!now || now.disabled) return false
  if (realm === 'internal' && now.passwordHash !== user.passwordHash) return false
  return !apiKeyId || (await trx.selectFrom('apiKeys').select('id').where('id', '=', apiKeyId).execute()).length > 0
}

/**
 * The principal of a valid session, with the user's current data; undefined if there is no such session. Throws
 * whoami's 403 for a disabled user, whereas Concord's sessions continue.
 */
export async function findSession({ db, config, log }: Services, secret: string): Promise<Principal | undefined> {
  const idHash = hashSessionId(secret)
  const found = await sessionWithUser(db, { idHash })
  if (!found) return undefined
  const { sessionId, realm, apiKeyId, keyExpiredAt, createdAt, lastUsedAt, endedAt, roleNames: names, ...user } = found
  if (Date.now() > endOfSession({ createdAt, lastUsedAt }, config) || isPast(keyExpiredAt)) {
    await orLog(log, db.deleteFrom('sessions').where('idHash', '=', idHash).execute())
    return undefined
  }
  if (user.disabled) throw forbidden(`User is disabled: ${user.id}`)
  // Enabling a user later does not restore the sessions that ended when they were disabled.
  if (endedAt !== null) return undefined
  if (needsTouch(lastUsedAt, config.sessionTimeout)) {
    const now = new Date().toISOString()
    await orLog(log, db.updateTable('sessions').set({ lastUsedAt: now }).where('idHash', '=', idHash).execute())
  }
  return {
    realm: realm as Principal['realm'],
    user,
    roles: new Set(readListColumn(names)),
    ...(apiKeyId === null ? {} : { apiKeyId }),
    sessionId,
  }
}

const sessionWithUser = keptRow<{ idHash: string }>()((db, arg) =>
  db
    .selectFrom('sessions')
    .innerJoin('users', 'users.id', 'sessions.userId')
    .leftJoin('apiKeys', 'apiKeys.id', 'sessions.apiKeyId')
    .where('sessions.idHash', '=', arg('idHash'))
    .selectAll('users')
    .select(['sessions.id as sessionId', 'sessions.realm', 'sessions.apiKeyId', 'apiKeys.expiredAt as keyExpiredAt'])
    .select(['sessions.createdAt', 'sessions.lastUsedAt', 'sessions.endedAt', roleNames.as('roleNames')]),
)

/** When a session ends, in milliseconds: after its idle timeout or its maximum lifetime. */
export function endOfSession(session: { createdAt: string; lastUsedAt: string }, config: Config): number {
  const { createdAt, lastUsedAt } = session
  return Math.min(Date.parse(lastUsedAt) + config.sessionTimeout, Date.parse(createdAt) + config.sessionMaxAge)
}

export const needsTouch = (lastUsedAt: string, timeout: number) =>
  Date.now() - Date.parse(lastUsedAt) > Math.min(TOUCH_AFTER, timeout / 10)

export const isPast = (time: string | null) => time !== null && Date.parse(time) <= Date.now()

/** Without this write a session may end early, or be updated by the next request: no reason to fail a read. */
export const orLog = (log: Log, write: Promise<unknown>) =>
  write.catch((error: Error) => log.error('session not written', { name: error.name, code: codeOf(error) }))

/** Gives a session a new secret, the cookie's new value. The old one no longer works. */
export async function renewSession(trx: Trx, sessionId: string): Promise<string> {
  const secret = newSessionId()
  await trx
    .updateTable('sessions')
    .set({ idHash: hashSessionId(secret) })
    .where('id', '=', sessionId)
    .execute()
  return secret
}

/** Removes expired sessions, and everything opened with an expired API key. */
export async function removeDeadSessions(db: Db, config: Config): Promise<void> {
  const ago = (age: number) => new Date(Date.now() - age).toISOString()
  const now = new Date().toISOString()
  await db
    .deleteFrom('sessions')
    .where(({ or, eb }) =>
      or([eb('lastUsedAt', '<', ago(config.sessionTimeout)), eb('createdAt', '<', ago(config.sessionMaxAge))]),
    )
    .execute()
  for (const table of ['sessions', 'rememberMe', 'processSessions'] as const) {
    await sql`DELETE FROM ${sql.table(table)} WHERE "apiKeyId" IN (SELECT id FROM "apiKeys" WHERE "expiredAt" <= ${now})`.execute(
      db,
    )
  }
}
