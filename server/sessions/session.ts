import { sql } from 'kysely'
import { roleNames } from '../access/roles.ts'
import type { Sender } from '../actor.ts'
import type { Config } from '../config.ts'
import { readListColumn } from '../db/json.ts'
import type { Db, Trx } from '../db/open.ts'
import { codeOf } from '../db/storageTrouble.ts'
import { forbidden } from '../errors.ts'
import { newId } from '../ids.ts'
import type { Log } from '../log.ts'
import type { Principal } from '../principal.ts'
import type { Services } from '../services.ts'
import { hashSessionId, newSessionId } from '../vault/tokens.ts'

/** How old `lastUsedAt` may grow before a request writes it again: a write per request would be one fsync each. */
const TOUCH_AFTER = 60_000
/** A script that signs in with each request opens a session each time. */
export const MOST_SESSIONS = 100

/** Where a session is opened from, for the list in which its user looks for strangers. */
export const clientOf = ({ request: { address, userAgent } }: Sender) => ({ address, userAgent })

/**
 * Starts a session, which survives a restart of the server, and returns its secret: the cookie's value. Beyond
 * `MOST_SESSIONS` the user's longest unused one ends.
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
  await keepNewest(trx, 'sessions', user.id, MOST_SESSIONS - 1)
  await trx
    .insertInto('sessions')
    .values({
      ...{ idHash: hashSessionId(secret), id: newId(), userId: user.id, realm, apiKeyId: apiKeyId ?? null },
      ...{ rememberMeId: rememberMeId ?? null, createdAt: now, lastUsedAt: now, endedAt: null, ...clientOf(sender) },
    })
    .execute()
  return secret
}

/** Ends somebody's longest unused sessions or remember-me cookies, but for so many. */
export async function keepNewest(trx: Trx, table: 'sessions' | 'rememberMe', userId: string, most: number) {
  await trx
    .deleteFrom(table)
    .where('id', 'in', ({ selectFrom }) =>
      selectFrom(table).select('id').where('userId', '=', userId).orderBy('lastUsedAt', 'desc').limit(-1).offset(most),
    )
    .execute()
}

/**
 * Whether a sign-in that has taken its time (passwords are slow to verify) is still good now: nobody is to open a session
 * with a password or key that was changed, or for a user who was disabled, meanwhile.
 */
export async function stillSignsIn(trx: Trx, { realm, user, apiKeyId }: Principal): Promise<boolean> {
  if (!user) return false
  const now = await trx.selectFrom('users').selectAll().where('id', '=', user.id).executeTakeFirst()
  if (!now || now.disabled) return false
  if (realm === 'internal' && now.passwordHash !== user.passwordHash) return false
  return !apiKeyId || (await trx.selectFrom('apiKeys').select('id').where('id', '=', apiKeyId).execute()).length > 0
}

/**
 * The principal of a live session, with what the database says of the user at this moment; undefined when there is none
 * of that id, or none any more. Throws whoami's 403 for a user who is disabled: Concord lets such sessions go on.
 */
export async function findSession({ db, config, log }: Services, secret: string): Promise<Principal | undefined> {
  const idHash = hashSessionId(secret)
  const found = await db
    .selectFrom('sessions')
    .innerJoin('users', 'users.id', 'sessions.userId')
    .leftJoin('apiKeys', 'apiKeys.id', 'sessions.apiKeyId')
    .where('sessions.idHash', '=', idHash)
    .selectAll('users')
    .select(['sessions.id as sessionId', 'sessions.realm', 'sessions.apiKeyId', 'apiKeys.expiredAt as keyExpiredAt'])
    .select(['sessions.createdAt', 'sessions.lastUsedAt', 'sessions.endedAt', roleNames.as('roleNames')])
    .executeTakeFirst()
  if (!found) return undefined
  const { sessionId, realm, apiKeyId, keyExpiredAt, createdAt, lastUsedAt, endedAt, roleNames: names, ...user } = found
  if (Date.now() > endOfSession({ createdAt, lastUsedAt }, config) || isPast(keyExpiredAt)) {
    await orLog(log, db.deleteFrom('sessions').where('idHash', '=', idHash).execute())
    return undefined
  }
  if (user.disabled) throw forbidden(`User is disabled: ${user.id}`)
  // Enabling somebody later does not bring back the sessions that ended when they were disabled.
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

/** When a session ends, in milliseconds: some time without use, or its longest life, whatever its use. */
export function endOfSession(session: { createdAt: string; lastUsedAt: string }, config: Config): number {
  const { createdAt, lastUsedAt } = session
  return Math.min(Date.parse(lastUsedAt) + config.sessionTimeout, Date.parse(createdAt) + config.sessionMaxAge)
}

export const needsTouch = (lastUsedAt: string, timeout: number) =>
  Date.now() - Date.parse(lastUsedAt) > Math.min(TOUCH_AFTER, timeout / 10)

export const isPast = (time: string | null) => time !== null && Date.parse(time) <= Date.now()

/** Without it a session ends early, or is found too old once more: no reason to fail a request that only reads. */
export const orLog = (log: Log, write: Promise<unknown>) =>
  write.catch((error: Error) => log.error('session not written', { name: error.name, code: codeOf(error) }))

/** Gives a session another secret, the cookie's new value. The old one no longer works. */
export async function renewSession(trx: Trx, sessionId: string): Promise<string> {
  const secret = newSessionId()
  await trx
    .updateTable('sessions')
    .set({ idHash: hashSessionId(secret) })
    .where('id', '=', sessionId)
    .execute()
  return secret
}

/** Removes the sessions whose time is over, and all that was opened with an API key that has expired. */
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
