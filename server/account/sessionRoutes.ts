import type { Hono } from 'hono'
import { requireLastingLogin, requireSessionsOf } from '../access/rules.ts'
import type { Caller } from '../actor.ts'
import { recordEvent } from '../audit/events.ts'
import { forgetRememberMe } from '../auth/cookies.ts'
import type { Trx } from '../db/open.ts'
import { textError } from '../errors.ts'
import { callerOf, type Env, principalOf } from '../http/call.ts'
import { operation, resource } from '../http/operation.ts'
import { flagParameter, uuidParameter } from '../http/parameters.ts'
import { isAdmin, type Principal, userOf } from '../principal.ts'
import type { Services } from '../services.ts'
import { endOneSession, endSessionsOf } from '../sessions/end.ts'
import { listSessions } from '../sessions/list.ts'

const SESSIONS = '/api/x/v1/sessions'

/** A user's sessions. Our own API: Concord keeps sessions in memory and shows them to nobody. */
export function sessionRoutes(app: Hono<Env>, { db, config }: Services) {
  resource(app, SESSIONS, {
    GET: operation({ summary: 'List the sessions of a user', query: { userId: uuidParameter } }, (c, { query }) => {
      const who = principalOf(c)
      return listSessions(db, config, subjectOf(who, query.userId), who.sessionId)
    }),
    DELETE: operation(
      { summary: 'End all sessions of a user', query: { userId: uuidParameter, keepCurrent: flagParameter } },
      async (c, { query }) => {
        const caller = callerOf(c)
        const userId = subjectOf(caller.who, query.userId)
        const keep = query.keepCurrent ? caller.who.sessionId : undefined
        const ended = await db.transaction().execute(async (trx) => {
          const ended = await endSessionsOf(trx, userId, keep === undefined ? {} : { keep })
          await recordEnd(trx, caller, { userId, ended })
          return ended
        })
        if (userId === userOf(caller.who).id) forgetRememberMe(c)
        return { ok: true, result: 'DELETED', ended }
      },
    ),
  })

  resource(app, `${SESSIONS}/:id`, {
    DELETE: operation({ summary: 'End a session', path: { id: uuidParameter } }, (c, { path: { id } }) => {
      const caller = callerOf(c)
      requireLastingLogin(caller.who, 'sessions')
      const me = userOf(caller.who).id
      return db.transaction().execute(async (trx) => {
        const userId = await endById(trx, id, (owner) => owner === me || isAdmin(caller.who))
        if (!userId) throw textError(404, `Session not found: ${id}`)
        await recordEnd(trx, caller, { userId, ended: 1, sessionId: id })
        return { ok: true, result: 'DELETED' }
      })
    }),
  })
}

/** The user whose sessions are requested, by default the caller; throws a 403 if the caller may not see them. */
function subjectOf(who: Principal, asked: string | undefined): string {
  const userId = asked ?? userOf(who).id
  requireSessionsOf(who, userId)
  return userId
}

const recordEnd = (trx: Trx, caller: Caller, details: { userId: string; ended: number; sessionId?: string }) =>
  recordEvent(trx, caller, 'sessions-ended', details)

/** Ends the session with this id, of any kind, and returns its user; undefined if the caller has no such session. */
async function endById(trx: Trx, id: string, mayEnd: (userId: string) => boolean): Promise<string | undefined> {
  const session = await trx
    .selectFrom('sessions')
    .select(['id', 'userId', 'rememberMeId'])
    .where('id', '=', id)
    .where('endedAt', 'is', null)
    .executeTakeFirst()
  if (session) {
    if (!mayEnd(session.userId)) return undefined
    await endOneSession(trx, session)
    return session.userId
  }
  const remembered = await trx
    .selectFrom('rememberMe')
    .select('userId')
    .where('id', '=', id)
    .where('endedAt', 'is', null)
    .executeTakeFirst()
  if (remembered) {
    if (!mayEnd(remembered.userId)) return undefined
    // The session of the same browser stays: it is in the list itself.
    await trx.deleteFrom('rememberMe').where('id', '=', id).execute()
    return remembered.userId
  }
  const process = await trx
    .selectFrom('processSessions')
    .select('userId')
    .where('instanceId', '=', id)
    .executeTakeFirst()
  if (!process || !mayEnd(process.userId)) return undefined
  await trx.deleteFrom('processSessions').where('instanceId', '=', id).execute()
  return process.userId
}
