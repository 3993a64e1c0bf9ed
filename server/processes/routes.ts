import type { Hono } from 'hono'
import { z } from 'zod'
import {
  requireProcessSessionEnd,
  requireProcessSessionStart,
  requireProject,
  requireThisProcess,
} from '../access/rules.ts'
import type { Caller } from '../actor.ts'
import { recordAudit } from '../audit/record.ts'
import { sessionTokenOf } from '../auth/sessionToken.ts'
import type { Reader, Trx } from '../db/open.ts'
import { textError, validationError } from '../errors.ts'
import { callerOf, type Env, principalOf } from '../http/call.ts'
import { bytes } from '../http/input.ts'
import { operation, resource } from '../http/operation.ts'
import { uuidParameter } from '../http/parameters.ts'
import { newId } from '../ids.ts'
import { requireOrg } from '../orgs/store.ts'
import { userOf } from '../principal.ts'
import { decryptForProject } from '../projects/encryptedStrings.ts'
import { requireProjectNamed } from '../projects/store.ts'
import type { Services } from '../services.ts'
import { clientOf } from '../sessions/session.ts'
import { readTtl, TTL_HELP } from './ttl.ts'

/** Per user. */
export const MAX_PROCESS_SESSIONS = 1000

const BINARY = 'application/octet-stream'

const sessionRequest = z.object({
  orgName: z.string({ error: "'orgName' is required" }),
  projectName: z.string({ error: "'projectName' is required" }),
  ttl: z
    .unknown()
    .optional()
    .transform((ttl, context) => {
      const seconds = readTtl(ttl)
      if (seconds !== undefined) return seconds
      context.addIssue({ code: 'custom', message: TTL_HELP })
      return z.NEVER
    })
    .meta({ type: ['integer', 'string', 'null'], description: 'Seconds, or an ISO-8601 duration' }),
})

/**
 * Process sessions, and what processes ask Concord for. Concord creates a session token for each process that it runs.
 * This server runs none, so clients that run one elsewhere open a session for it. Paths with `/x/` are ours, not
 * Concord's.
 */
export function processRoutes(app: Hono<Env>, services: Services) {
  const { db, masterKey } = services

  resource(app, '/api/x/v1/process-session', {
    POST: operation(
      { summary: 'Open a process session: a token that acts in one project for a while', body: sessionRequest },
      async (c, { body: { ttl, ...request } }) => {
        const instanceId = newId()
        const expiresAt = new Date(Date.now() + ttl * 1000).toISOString()
        const session = { ...request, instanceId, expiresAt, ...clientOf(callerOf(c)) }
        await db.transaction().execute((trx) => open(trx, callerOf(c), session))
        return { instanceId, sessionToken: sessionTokenOf(masterKey, instanceId), expiresAt }
      },
    ),
  })

  resource(app, '/api/x/v1/process-session/:instanceId', {
    DELETE: operation({ summary: 'End a process session', path: { instanceId: uuidParameter } }, (c, { path }) =>
      db.transaction().execute(async (trx) => {
        const caller = callerOf(c)
        const session = await requireSession(trx, path.instanceId)
        requireProcessSessionEnd(caller.who, session)
        await trx.deleteFrom('processSessions').where('instanceId', '=', session.instanceId).execute()
        const { instanceId, projectId } = session
        await recordAudit(trx, caller, { object: 'PROCESS', action: 'DELETE', details: { instanceId, projectId } })
        return { ok: true, result: 'DELETED' }
      }),
    ),
  })

  resource(app, '/api/v1/process/:instanceId/decrypt', {
    /**
     * Takes the bytes of a string encrypted by `POST …/project/{name}/encrypt`, not base64. Not audited, as in Concord.
     */
    POST: operation(
      {
        summary: 'Decrypt a text that was encrypted for the project of the process',
        path: { instanceId: uuidParameter },
        body: bytes,
        produces: BINARY,
      },
      async (c, { path, body }) => {
        const { instanceId, projectId } = await requireSession(db, path.instanceId)
        requireThisProcess(principalOf(c), instanceId)
        const clear = await decryptForProject(services, projectId, body)
        return c.body(new Uint8Array(clear), 200, { 'Content-Type': BINARY })
      },
    ),
  })
}

interface NewSession {
  instanceId: string
  orgName: string
  projectName: string
  expiresAt: string
  address: string
  userAgent: string | null
}

async function open(trx: Trx, caller: Caller, { orgName, projectName, ...session }: NewSession) {
  const { who } = caller
  requireProcessSessionStart(who)
  const org = await requireOrg(trx, orgName)
  const project = await requireProjectNamed(trx, org.id, projectName)
  await requireProject(trx, who, project, 'WRITER', 'strict')
  const userId = userOf(who).id
  await requireRoom(trx, userId)
  const now = new Date().toISOString()
  await trx
    .insertInto('processSessions')
    .values({
      ...{ ...session, userId, projectId: project.id, apiKeyId: who.apiKeyId ?? null },
      ...{ createdAt: now, lastUsedAt: now },
    })
    .execute()
  const { instanceId, expiresAt } = session
  await recordAudit(trx, caller, {
    object: 'PROCESS',
    action: 'CREATE',
    details: { instanceId, orgId: org.id, projectId: project.id, expiresAt },
  })
}

/** Unlike browser sessions, the oldest one is not replaced: a job would fail in the middle. */
async function requireRoom(trx: Trx, userId: string) {
  const { count } = await trx
    .selectFrom('processSessions')
    .select(({ fn }) => fn.countAll<number>().as('count'))
    .where('userId', '=', userId)
    .where('expiresAt', '>', new Date().toISOString())
    .executeTakeFirstOrThrow()
  if (count < MAX_PROCESS_SESSIONS) return
  throw validationError(
    `You have ${MAX_PROCESS_SESSIONS} process sessions open, the most there can be. End some, or open them for a shorter time.`,
  )
}

/** An ended session is treated like a process that never existed. */
async function requireSession(db: Reader, instanceId: string) {
  const session = await db
    .selectFrom('processSessions')
    .selectAll()
    .where('instanceId', '=', instanceId)
    .where('expiresAt', '>', new Date().toISOString())
    .executeTakeFirst()
  if (!session) throw textError(404, 'Process instance not found')
  return session
}
