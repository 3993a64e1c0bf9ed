import type { Hono } from 'hono'
import { z } from 'zod'
import { assertMember, requireProject, requireSecret, requireWholeAuditLog } from '../access/rules.ts'
import { OWN_EVENTS, type OwnEvent } from '../audit/events.ts'
import { AUDIT_ACTIONS, AUDIT_OBJECTS } from '../audit/record.ts'
import type { Reader } from '../db/open.ts'
import { emptyError, javaError, textError, validationError } from '../errors.ts'
import type { Call, Env } from '../http/call.ts'
import { principalOf } from '../http/call.ts'
import { intQuery, operation, queryAs, rawQuery, resource, textQuery, uuidQuery } from '../http/operation.ts'
import { pageQuery, textParameter, timeParameter, uuidParameter } from '../http/parameters.ts'
import { jsonInPieces, listAsJson } from '../http/pieces.ts'
import { requireOrg, requireOrgById } from '../orgs/store.ts'
import { requireProjectNamed } from '../projects/store.ts'
import { requireSecretRow } from '../secrets/store.ts'
import type { Services } from '../services.ts'
import { requireTeam } from '../teams/store.ts'
import { findUser } from '../users/owner.ts'
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
  'details.orgId': uuidParameter,
  'details.orgName': textParameter,
  'details.projectId': uuidParameter,
  'details.projectName': textParameter,
  'details.secretId': uuidParameter,
  'details.secretName': textParameter,
  'details.jsonStoreId': uuidParameter,
  'details.jsonStoreName': textParameter,
  'details.teamId': uuidParameter,
  'details.teamName': textParameter,
  'details.source': textParameter,
  'details.eventId': textParameter,
  'details.githubEvent': textParameter,
  'details.fullRepoName': textParameter,
}

/** What events have that come from elsewhere, such as GitHub's pushes: there are none here. */
const OF_OUTSIDE_EVENTS = ['source', 'eventId', 'githubEvent', 'fullRepoName']

/** The audit log: concord-api §11. */
export function auditRoutes(app: Hono<Env>, services: Services) {
  resource(app, '/api/v1/audit', {
    GET: operation({ summary: 'Search the audit log', query: auditQuery }, (c) => search(services, c, undefined)),
  })

  /** The same with our own events: clients of Concord count what is in its log. */
  resource(app, '/api/x/v1/audit', {
    GET: operation(
      { summary: 'Search the audit log, with sign-ins and refusals', query: { ...auditQuery, event: eventParameter } },
      async (c) => {
        const own = queryAs(c, 'event', eventParameter) ?? 'with'
        await services.refusals.flush()
        return search(services, c, own)
      },
    ),
  })
}

async function search(services: Services, c: Call, own: AuditFilter['own']) {
  const { db } = services
  const query = {
    own,
    object: queryAs(c, 'object', objectParameter),
    action: queryAs(c, 'action', actionParameter),
    after: queryAs(c, 'after', timeParameter),
    before: queryAs(c, 'before', timeParameter),
    offset: intQuery(c, 'offset') ?? 0,
    limit: intQuery(c, 'limit') ?? 30,
  }
  let userId = uuidQuery(c, 'userId')
  const username = textQuery(c, 'username')
  if (userId === undefined && username !== undefined) {
    userId = (await findUser(db, username))?.id
    // Nobody of that name, so nothing they did; asked before any permission.
    if (userId === undefined) return []
  }
  const details = await readableDetails(db, c)
  if (query.offset < 0) throw javaError('org.jooq.exception.DataException', 'OFFSET must not be negative')
  if (query.limit < 0) throw javaError('org.jooq.exception.DataException', 'LIMIT must not be negative')
  // Anybody may ask for these, and would have the whole log searched.
  if (OF_OUTSIDE_EVENTS.some((key) => detail(c, key) !== undefined)) return []
  const pages = readAudit(db, { ...query, userId, details }, c.req.raw.signal)
  return jsonInPieces(services, c, listAsJson(pages))
}

/**
 * The `details.…` filters as paths into the details and the values there, after checking that the caller may read the
 * log of each entity they name. Names become ids: the log is searched by ids only.
 */
async function readableDetails(db: Reader, c: Call): Promise<AuditFilter['details']> {
  const orgId = await readableOrg(db, c)
  const paths = {
    orgId,
    projectId: await readableProject(db, c, orgId),
    secretId: await readableSecret(db, c, orgId),
    jsonStoreId: await readableJsonStore(c, orgId),
    teamId: await readableTeam(db, c, orgId),
  }
  const asked = [...Object.values(paths), detail(c, 'source'), detail(c, 'eventId')]
  if (asked.every((value) => value === undefined)) requireWholeAuditLog(principalOf(c))
  return paths
}

async function readableOrg(db: Reader, c: Call): Promise<string | undefined> {
  const id = uuidDetail(c, 'orgId')
  const name = detail(c, 'orgName')
  if (id === undefined && name === undefined) return undefined
  const org = id === undefined ? await requireOrg(db, name ?? '') : await requireOrgById(db, id)
  await assertMember(db, principalOf(c), org)
  return org.id
}

async function readableProject(db: Reader, c: Call, orgId: string | undefined): Promise<string | undefined> {
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

async function readableSecret(db: Reader, c: Call, orgId: string | undefined): Promise<string | undefined> {
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

/** There are no JSON stores here: JsonStoreAccessManager#assertAccess, which names them by name only. */
function readableJsonStore(c: Call, orgId: string | undefined): undefined {
  const { id, name } = reference(c, 'jsonStore', orgId)
  if (id !== undefined || name !== undefined) throw textError(404, `JSON store not found: ${name ?? null}`)
}

/** AuditLogResource looks for a team by name alone: one that is given by its id only is not found. */
async function readableTeam(db: Reader, c: Call, orgId: string | undefined): Promise<string | undefined> {
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

const detail = (c: Call, key: string) => textQuery(c, `details.${key}`)

function uuidDetail(c: Call, key: string): string | undefined {
  const text = rawQuery(c, `details.${key}`, uuidParameter)
  if (text === undefined) return undefined
  const id = uuidParameter.safeParse(text)
  if (!id.success) throw validationError(`Invalid request parameters. Expected a UUID in '${key}'`)
  return id.data
}
