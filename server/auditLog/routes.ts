import type { Hono } from 'hono'
import { z } from 'zod'
import { assertMember, requireProject, requireSecret, requireWholeAuditLog } from '../access/rules.ts'
import { OWN_EVENTS, type OwnEvent } from '../audit/events.ts'
import { AUDIT_ACTIONS, AUDIT_OBJECTS } from '../audit/record.ts'
import type { Reader } from '../db/open.ts'
import { emptyError, javaError, textError, validationError } from '../errors.ts'
import { type Call, type Env, principalOf } from '../http/call.ts'
import { operation, resource } from '../http/operation.ts'
import { pageQuery, textParameter, timeParameter, uuidParameter, uuidText, type Values } from '../http/parameters.ts'
import { jsonInPieces, listAsJson } from '../http/pieces.ts'
import { requireOrg, requireOrgById } from '../orgs/store.ts'
import type { Principal } from '../principal.ts'
import { requireProjectNamed } from '../projects/store.ts'
import { requireSecretRow } from '../secrets/store.ts'
import type { Services } from '../services.ts'
import { requireTeam } from '../teams/store.ts'
import { findUser } from '../users/store.ts'
import { type AuditFilter, readAudit } from './list.ts'

const objectParameter = z.enum(AUDIT_OBJECTS)
const actionParameter = z.enum(AUDIT_ACTIONS)
const eventParameter = z.enum(Object.keys(OWN_EVENTS) as [OwnEvent, ...OwnEvent[]])

const auditQuery = {
  ...pageQuery,
  object: objectParameter,
  action: actionParameter,
  after: timeParameter,
  before: timeParameter,
  userId: uuidParameter,
  username: textParameter,
  'details.orgId': uuidText,
  'details.orgName': textParameter,
  'details.projectId': uuidText,
  'details.projectName': textParameter,
  'details.secretId': uuidText,
  'details.secretName': textParameter,
  'details.jsonStoreId': uuidText,
  'details.jsonStoreName': textParameter,
  'details.teamId': uuidText,
  'details.teamName': textParameter,
  'details.source': textParameter,
  'details.eventId': textParameter,
  'details.githubEvent': textParameter,
  'details.fullRepoName': textParameter,
}

/** Fields of external events, such as GitHub pushes, which don't exist here. */
const OF_OUTSIDE_EVENTS = ['source', 'eventId', 'githubEvent', 'fullRepoName'] as const

type AuditQuery = Values<typeof auditQuery>

/** The audit log: concord-api §11. */
export function auditRoutes(app: Hono<Env>, services: Services) {
  resource(app, '/api/v1/audit', {
    GET: operation({ summary: 'Search the audit log', query: auditQuery }, (c, { query }) =>
      search(services, c, query, undefined),
    ),
  })

  /** The same with our own events, separately, because Concord's clients count the entries of its log. */
  resource(app, '/api/x/v1/audit', {
    GET: operation(
      { summary: 'Search the audit log, with sign-ins and refusals', query: { ...auditQuery, event: eventParameter } },
      async (c, { query: { event, ...query } }) => {
        await services.refusals.flush()
        return search(services, c, query, event ?? 'with')
      },
    ),
  })
}

async function search(services: Services, c: Call, query: AuditQuery, own: AuditFilter['own']) {
  const { db } = services
  const { object, action, after, before, offset = 0, limit = 30, username } = query
  let { userId } = query
  if (userId === undefined && username !== undefined) {
    userId = (await findUser(db, username))?.id
    // No user with that name, so no entries; checked before any permission.
    if (userId === undefined) return []
  }
  const details = await readableDetails(db, principalOf(c), query)
  if (offset < 0) throw javaError('org.jooq.exception.DataException', 'OFFSET must not be negative')
  if (limit < 0) throw javaError('org.jooq.exception.DataException', 'LIMIT must not be negative')
  // Anybody may use these filters, which would search the whole log.
  if (OF_OUTSIDE_EVENTS.some((key) => query[`details.${key}`] !== undefined)) return []
  const filter = { own, object, action, after, before, offset, limit, userId, details }
  return jsonInPieces(services, c, listAsJson(readAudit(db, filter, c.req.raw.signal)))
}

/**
 * Returns the `details.…` filters as paths and values, after checking that the caller may read the log of each named
 * entity. Names are resolved: the log is searched by ids only.
 */
async function readableDetails(db: Reader, who: Principal, query: AuditQuery): Promise<AuditFilter['details']> {
  const orgId = await readableOrg(db, who, query)
  const paths = {
    orgId,
    projectId: await readableProject(db, who, query, orgId),
    secretId: await readableSecret(db, who, query, orgId),
    jsonStoreId: readableJsonStore(query, orgId),
    teamId: await readableTeam(db, query, orgId),
  }
  const asked = [...Object.values(paths), query['details.source'], query['details.eventId']]
  if (asked.every((value) => value === undefined)) requireWholeAuditLog(who)
  return paths
}

async function readableOrg(db: Reader, who: Principal, query: AuditQuery): Promise<string | undefined> {
  const { id, name } = reference(query, 'org')
  if (id === undefined && name === undefined) return undefined
  const org = id === undefined ? await requireOrg(db, name ?? '') : await requireOrgById(db, id)
  await assertMember(db, who, org)
  return org.id
}

async function readableProject(db: Reader, who: Principal, query: AuditQuery, orgId: string | undefined) {
  const { id, name } = referenceIn(query, 'project', orgId)
  if (id === undefined && name === undefined) return undefined
  const project =
    id === undefined
      ? await requireProjectNamed(db, orgId ?? '', name ?? '')
      : await db.selectFrom('projects').selectAll().where('id', '=', id).executeTakeFirst()
  if (!project) throw validationError(`Project not found: ${id}`)
  await requireProject(db, who, project, 'READER', 'strict')
  return project.id
}

async function readableSecret(db: Reader, who: Principal, query: AuditQuery, orgId: string | undefined) {
  const { id, name } = referenceIn(query, 'secret', orgId)
  if (id === undefined && name === undefined) return undefined
  const secret =
    id === undefined
      ? await requireSecretRow(db, orgId ?? '', name ?? '')
      : await db.selectFrom('secrets').selectAll().where('id', '=', id).executeTakeFirst()
  if (!secret) throw emptyError(404)
  await requireSecret(db, who, secret, 'READER', 'strict')
  return secret.id
}

/** There are no JSON stores here: the error of JsonStoreAccessManager#assertAccess, which only uses names. */
function readableJsonStore(query: AuditQuery, orgId: string | undefined): undefined {
  const { id, name } = referenceIn(query, 'jsonStore', orgId)
  if (id !== undefined || name !== undefined) throw textError(404, `JSON store not found: ${name ?? null}`)
}

/** AuditLogResource looks up teams by name only: a team given by its id alone is not found. */
async function readableTeam(db: Reader, query: AuditQuery, orgId: string | undefined) {
  const { id, name } = referenceIn(query, 'team', orgId)
  if (id === undefined && name === undefined) return undefined
  if (orgId === undefined || name === undefined) throw validationError(`Team not found: ${name ?? null}`)
  return (await requireTeam(db, orgId, name)).id
}

type Entity = 'org' | 'project' | 'secret' | 'jsonStore' | 'team'

/** An entity of an organization: its name says nothing without that. */
function referenceIn(query: AuditQuery, entity: Exclude<Entity, 'org'>, orgId: string | undefined) {
  const { id, name } = reference(query, entity)
  if (orgId === undefined && id === undefined && name !== undefined) {
    throw validationError("'orgId' or 'orgName' is required")
  }
  return { id, name }
}

function reference(query: AuditQuery, entity: Entity) {
  return { id: uuidOf(query, `${entity}Id`), name: query[`details.${entity}Name`] }
}

function uuidOf(query: AuditQuery, key: `${Entity}Id`): string | undefined {
  const text = query[`details.${key}`]
  if (text === undefined) return undefined
  const id = uuidParameter.safeParse(text)
  if (!id.success) throw validationError(`Invalid request parameters. Expected a UUID in '${key}'`)
  return id.data
}
