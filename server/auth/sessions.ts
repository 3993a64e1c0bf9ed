import type { Config } from '../config.ts'
import { readListColumn } from '../db/json.ts'
import type { Db } from '../db/open.ts'
import { codeOf } from '../db/storageTrouble.ts'
import type { Services } from '../services.ts'
import { hashSessionId, newSessionId } from '../vault/tokens.ts'
import type { Principal } from './principal.ts'

/** How old `lastUsedAt` may grow before a request writes it again: a write per request would be one fsync each. */
const TOUCH_AFTER = 60_000

/** Starts a session, which survives a restart of the server, and answers its id: the cookie's value. */
export async function startSession(db: Db, { realm, user, roles }: Principal): Promise<string> {
  if (!user) throw new Error('A session needs a user')
  const id = newSessionId()
  await db
    .insertInto('sessions')
    .values({
      idHash: hashSessionId(id),
      userId: user.id,
      realm,
      roles: JSON.stringify([...roles]),
      lastUsedAt: new Date().toISOString(),
    })
    .execute()
  return id
}

/** The principal of a live session; undefined when there is none of that id, or none any more. */
export async function findSession({ db, config, log }: Services, id: string): Promise<Principal | undefined> {
  // Without it a session ends early, or is found too old once more: no reason to fail a request that only reads.
  const orLog = (write: Promise<unknown>) =>
    write.catch((error: Error) => log.error('session not written', { name: error.name, code: codeOf(error) }))
  const idHash = hashSessionId(id)
  const session = await db.selectFrom('sessions').selectAll().where('idHash', '=', idHash).executeTakeFirst()
  if (!session) return undefined
  const idle = Date.now() - Date.parse(session.lastUsedAt)
  if (idle > config.sessionTimeout) {
    await orLog(endSession(db, id))
    return undefined
  }
  if (idle > Math.min(TOUCH_AFTER, config.sessionTimeout / 10)) {
    const lastUsedAt = new Date().toISOString()
    await orLog(db.updateTable('sessions').set({ lastUsedAt }).where('idHash', '=', idHash).execute())
  }
  const user = await db.selectFrom('users').selectAll().where('id', '=', session.userId).executeTakeFirst()
  if (!user) return undefined
  return {
    realm: session.realm as Principal['realm'],
    user,
    roles: new Set(readListColumn(session.roles)),
  }
}

/** Answers whose it was; undefined when there was none. */
export async function endSession(db: Db, id: string): Promise<string | undefined> {
  const idHash = hashSessionId(id)
  const session = await db.deleteFrom('sessions').where('idHash', '=', idHash).returning('userId').executeTakeFirst()
  return session?.userId
}

/** Removes the sessions that nobody has used for the time-out, and what is kept about ended remember-me cookies. */
export async function removeDeadSessions(db: Db, config: Config): Promise<void> {
  await db.deleteFrom('endedRememberMe').where('forgettable', '<', new Date().toISOString()).execute()
  const oldest = new Date(Date.now() - config.sessionTimeout).toISOString()
  await db.deleteFrom('sessions').where('lastUsedAt', '<', oldest).execute()
}
