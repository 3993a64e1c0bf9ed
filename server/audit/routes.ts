import type { Hono } from 'hono'
import {
  assertMember,
  requireOrg,
  requireOrgById,
  requireProject,
  requireSecret,
  requireSecretRow,
  requireWholeAuditLog,
} from '../access.ts'
import { principalOf } from '../auth/principal.ts'
import type { Db } from '../db/open.ts'
import { emptyError, javaError, validationError } from '../errors.ts'
import { intQuery, resource, uuidQuery } from '../http.ts'
import { parseUuid } from '../ids.ts'
import { requireProjectNamed } from '../projects/store.ts'
import type { Call, Env, Services } from '../services.ts'
import { requireTeam } from '../teams/store.ts'
import { findUser } from '../users/owner.ts'
import { type AuditFilter, listAudit } from './list.ts'
import { AUDIT_ACTIONS, AUDIT_OBJECTS } from './record.ts'

/** The audit log: contract §11. */
export function auditRoutes(app: Hono<Env>, { db }: Services) {
  resource(app, '/api/v1/audit', {
    GET: async (c) => {
      const query = {
        object: wordQuery(c, 'object', AUDIT_OBJECTS),
        action: wordQuery(c, 'action', AUDIT_ACTIONS),
        after: timeQuery(c, 'after'),
        before: timeQuery(c, 'before'),
        offset: intQuery(c, 'offset') ?? 0,
        limit: intQuery(c, 'limit') ?? 30,
      }
      let userId = uuidQuery(c, 'userId')
      const username = c.req.query('username')
      if (userId === undefined && username !== undefined) {
        userId = (await findUser(db, username))?.id
        // Nobody of that name, so nothing they did; asked before any permission.
        if (userId === undefined) return []
      }
      const details = await readableDetails(db, c)
      if (query.offset < 0) throw javaError('org.jooq.exception.DataException', 'OFFSET must not be negative')
      if (query.limit < 0) throw javaError('org.jooq.exception.DataException', 'LIMIT must not be negative')
      return listAudit(db, { ...query, userId, details })
    },
  })
}

/**
 * The `details.…` filters as paths into the details and the values there, after checking that the caller may read the
 * log of each entity they name. Names become ids: the log is searched by ids only.
 */
async function readableDetails(db: Db, c: Call): Promise<AuditFilter['details']> {
  const orgId = await readableOrg(db, c)
  const paths = {
    orgId,
    projectId: await readableProject(db, c, orgId),
    secretId: await readableSecret(db, c, orgId),
    jsonStoreId: await readableJsonStore(c, orgId),
    teamId: await readableTeam(db, c, orgId),
    source: detail(c, 'source'),
    eventId: detail(c, 'eventId'),
  }
  if (Object.values(paths).every((value) => value === undefined)) requireWholeAuditLog(principalOf(c))
  return { ...paths, githubEvent: detail(c, 'githubEvent'), 'payload.repository.full_name': detail(c, 'fullRepoName') }
}

async function readableOrg(db: Db, c: Call): Promise<string | undefined> {
  const id = uuidDetail(c, 'orgId')
  const name = detail(c, 'orgName')
  if (id === undefined && name === undefined) return undefined
  const org = id === undefined ? await requireOrg(db, name ?? '') : await requireOrgById(db, id)
  await assertMember(db, principalOf(c), org)
  return org.id
}

async function readableProject(db: Db, c: Call, orgId: string | undefined): Promise<string | undefined> {
  const { id, name } = reference(c, 'project', orgId)
  if (id === undefined && name === undefined) return undefined
  const project =
    id === undefined
      ? await requireProjectNamed(db, orgId ?? '', name ?? '')
      : await db.selectFrom('projects').selectAll().where('id', '=', id).executeTakeFirst()
  if (!project) throw validationError(`Project not found: ${id}`)
  await requireProject(db, principalOf(c), project, 'READER', 'strict')
  return project.id
}

async function readableSecret(db: Db, c: Call, orgId: string | undefined): Promise<string | undefined> {
  const { id, name } = reference(c, 'secret', orgId)
  if (id === undefined && name === undefined) return undefined
  const secret =
    id === undefined
      ? await requireSecretRow(db, orgId ?? '', name ?? '')
      : await db.selectFrom('secrets').selectAll().where('id', '=', id).executeTakeFirst()
  if (!secret) throw emptyError(404)
  await requireSecret(db, principalOf(c), secret, 'READER', 'strict')
  return secret.id
}

/** There are no JSON stores here. */
function readableJsonStore(c: Call, orgId: string | undefined): undefined {
  const { id, name } = reference(c, 'jsonStore', orgId)
  if (id !== undefined || name !== undefined) throw validationError(`JSON store not found: ${id ?? name}`)
}

/** AuditLogResource looks for a team by name alone: one that is given by its id only is not found. */
async function readableTeam(db: Db, c: Call, orgId: string | undefined): Promise<string | undefined> {
  const { id, name } = reference(c, 'team', orgId)
  if (id === undefined && name === undefined) return undefined
  if (orgId === undefined || name === undefined) throw validationError(`Team not found: ${name ?? null}`)
  return (await requireTeam(db, orgId, name)).id
}

function reference(c: Call, entity: string, orgId: string | undefined) {
  const id = uuidDetail(c, `${entity}Id`)
  const name = detail(c, `${entity}Name`)
  if (orgId === undefined && id === undefined && name !== undefined) {
    throw validationError("'orgId' or 'orgName' is required")
  }
  return { id, name }
}

const detail = (c: Call, key: string) => c.req.query(`details.${key}`)

function uuidDetail(c: Call, key: string): string | undefined {
  const text = detail(c, key)
  if (text === undefined) return undefined
  const id = parseUuid(text)
  if (!id) throw validationError(`Invalid request parameters. Expected a UUID in '${key}'`)
  return id
}

function wordQuery<T extends string>(c: Call, name: string, words: readonly T[]): T | undefined {
  const text = c.req.query(name)
  if (text === undefined) return undefined
  const word = words.find((candidate) => candidate === text)
  if (!word) throw emptyError(404)
  return word
}

const OFFSET_DATE_TIME = /^\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d(\.\d{1,9})?)?(Z|[+-]\d\d(:\d\d)?)$/

/** A time of the query as the log writes times; a malformed one, or one without an offset, is an empty 404. */
function timeQuery(c: Call, name: string): string | undefined {
  const text = c.req.query(name)
  if (text === undefined) return undefined
  // JavaScript wants minutes in an offset.
  const time = OFFSET_DATE_TIME.test(text) ? new Date(text.replace(/([+-]\d\d)$/, '$1:00')) : undefined
  if (!time || Number.isNaN(time.getTime())) throw emptyError(404)
  return time.toISOString()
}
