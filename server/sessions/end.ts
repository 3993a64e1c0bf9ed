import type { Db, Trx } from '../db/open.ts'
import { hashSessionId } from '../vault/tokens.ts'

/*
 * How sessions end early. The API, the command line and the LDAP directory all end them here, so that disabling a user
 * always has the same effect. Pass the transaction of the change.
 */

const KINDS = ['sessions', 'rememberMe', 'processSessions'] as const

/** Ends all of a user's sessions except the one to `keep`. Returns their number. */
export async function endSessionsOf(trx: Trx, userId: string, { keep = '' }: { keep?: string } = {}): Promise<number> {
  // Sessions that ended when the user was disabled stay, so that their clients get the reason.
  const results = [
    ...(await trx
      .deleteFrom('sessions')
      .where('userId', '=', userId)
      .where('endedAt', 'is', null)
      .where('id', '!=', keep)
      .execute()),
    ...(await trx.deleteFrom('rememberMe').where('userId', '=', userId).where('endedAt', 'is', null).execute()),
    ...(await trx.deleteFrom('processSessions').where('userId', '=', userId).execute()),
  ]
  return sum(results.map(({ numDeletedRows }) => numDeletedRows))
}

/**
 * The same for a user who is disabled. Sessions are marked instead of removed, until they expire: their clients get
 * `User is disabled` instead of just a request to sign in. They stay ended if the user is enabled again.
 */
export async function closeSessionsOf(trx: Trx, userId: string): Promise<number> {
  const endedAt = new Date().toISOString()
  const results = []
  for (const table of ['sessions', 'rememberMe'] as const) {
    results.push(
      ...(await trx
        .updateTable(table)
        .set({ endedAt })
        .where('userId', '=', userId)
        .where('endedAt', 'is', null)
        .execute()),
    )
  }
  const [processes] = await trx.deleteFrom('processSessions').where('userId', '=', userId).execute()
  return sum([...results.map(({ numUpdatedRows }) => numUpdatedRows), processes?.numDeletedRows ?? 0n])
}

/** Ends everything opened with an API key, also through a session or a cookie of that key. Returns the number. */
export async function endSessionsOfKey(trx: Trx, apiKeyId: string): Promise<number> {
  const results = []
  for (const table of KINDS) results.push(...(await trx.deleteFrom(table).where('apiKeyId', '=', apiKeyId).execute()))
  return sum(results.map(({ numDeletedRows }) => numDeletedRows))
}

/** Ends the session of a cookie: a logout. Returns its user, or undefined if there was no session. */
export async function endSession(trx: Trx, secret: string): Promise<string | undefined> {
  const session = await trx
    .selectFrom('sessions')
    .select(['id', 'userId', 'rememberMeId'])
    .where('idHash', '=', hashSessionId(secret))
    .executeTakeFirst()
  if (session) await endOneSession(trx, session)
  return session?.userId
}

/**
 * Ends a session and the remember-me cookie of its browser, which would otherwise open a new one. Other sessions of the
 * cookie belong to the same browser.
 */
export async function endOneSession(trx: Trx, { id, rememberMeId }: { id: string; rememberMeId: string | null }) {
  await trx.deleteFrom('sessions').where('id', '=', id).execute()
  if (rememberMeId !== null) await endBrowser(trx, rememberMeId)
}

/** Ends a remember-me cookie and the sessions that it opened. */
export async function endBrowser(trx: Trx, rememberMeId: string) {
  await trx.deleteFrom('sessions').where('rememberMeId', '=', rememberMeId).execute()
  await trx.deleteFrom('rememberMe').where('id', '=', rememberMeId).execute()
}

/** Removes expired process sessions. */
export async function removeDeadProcessSessions(db: Db): Promise<void> {
  await db.deleteFrom('processSessions').where('expiresAt', '<=', new Date().toISOString()).execute()
}

const sum = (numbers: bigint[]) => Number(numbers.reduce((all, each) => all + each, 0n))
