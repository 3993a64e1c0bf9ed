import type { Hono } from 'hono'
import { requireProject } from '../access/rules.ts'
import type { Reader } from '../db/open.ts'
import type { ProjectRow } from '../db/schema.ts'
import { javaError, textError, validationError } from '../errors.ts'
import { type Env, principalOf } from '../http/call.ts'
import { operation, resource } from '../http/operation.ts'
import { intParameter, listQuery, pageQuery, textParameter, uuidParameter, type Values } from '../http/parameters.ts'
import { requireMember, requireOrg, requireOrgById } from '../orgs/store.ts'
import { type Principal, userOf } from '../principal.ts'
import { findRepository, requireProjectNamed, requireProjectRow } from '../projects/store.ts'
import type { Services } from '../services.ts'

/*
 * Other requests of the pages of Concord's own console (console2): processes, triggers, JSON stores and key-value
 * stores. This server has none of them, so every response is empty, with the permissions of a Concord without any.
 */
export function emptyPageRoutes(app: Hono<Env>, { db }: Services) {
  resource(app, '/api/v2/service/console/user/activity', {
    GET: operation(
      {
        summary: 'Get the activity of your processes: always empty',
        query: { maxProjectsPerOrg: intParameter, maxOwnProcesses: intParameter },
      },
      (c) => {
        userOf(principalOf(c))
        return {}
      },
    ),
  })

  resource(app, '/api/v2/process', {
    GET: operation({ summary: 'List processes: always empty', query: PROCESS_QUERY }, (c, { query }) =>
      noProcesses(db, principalOf(c), query),
    ),
  })

  resource(app, '/api/v2/trigger', {
    GET: operation({ summary: 'List triggers: always empty', query: TRIGGER_QUERY }, (c, { query }) =>
      noTriggers(db, principalOf(c), query),
    ),
  })

  resource(app, '/api/v1/org/:orgName/project/:projectName/repo/:repositoryName/trigger', {
    GET: operation({ summary: 'List the triggers of a repository: always empty' }, async (c, { path }) => {
      const who = principalOf(c)
      const org = await requireMember(db, who, path.orgName)
      const project = await requireProjectNamed(db, org.id, path.projectName)
      await requireProject(db, who, project, 'READER', 'open')
      await requireRepository(db, project, path.repositoryName)
      return []
    }),
  })

  resource(app, '/api/v1/org/:orgName/jsonstore', {
    GET: operation({ summary: 'List JSON stores: always empty', query: listQuery }, async (c, { path }) => {
      await requireOrg(db, path.orgName)
      userOf(principalOf(c))
      return []
    }),
  })

  resource(app, '/api/service/console/org/:orgName/jsonstore/:name/exists', {
    GET: operation({ summary: 'Check whether a JSON store exists: always false' }, async (c, { path }) => {
      await requireMember(db, principalOf(c), path.orgName)
      return false
    }),
  })

  resource(app, '/api/v1/org/:orgName/project/:projectName/kv/capacity', {
    GET: operation({ summary: 'Get the capacity of a key-value store: it is empty' }, async (c, { path }) => {
      const org = await requireOrg(db, path.orgName)
      const who = principalOf(c)
      userOf(who)
      const project = await requireProjectNamed(db, org.id, path.projectName)
      await requireProject(db, who, project, 'READER', 'open')
      return { size: 0 }
    }),
  })
}

const PROCESS_QUERY = {
  ...pageQuery,
  orgId: uuidParameter,
  orgName: textParameter,
  projectId: uuidParameter,
  projectName: textParameter,
}

async function noProcesses(db: Reader, who: Principal, query: Values<typeof PROCESS_QUERY>) {
  const { limit = 1, offset = 0, orgId, orgName, projectId, projectName } = query
  if (limit <= 0) throw validationError("'limit' must be a positive number")
  if (offset < 0) throw validationError("'offset' must be a positive number or zero")
  const org = orgId
    ? await requireOrgById(db, orgId)
    : orgName === undefined
      ? undefined
      : await requireOrg(db, orgName)
  userOf(who)
  const project = projectId
    ? await requireProjectWithId(db, projectId)
    : projectName === undefined
      ? undefined
      : await requireProjectRow(db, org?.id ?? organizationMissing(), projectName)
  if (project) await requireProject(db, who, project, 'READER', 'open')
  return []
}

function organizationMissing(): never {
  throw validationError('Organization name or ID is required')
}

async function requireProjectWithId(db: Reader, id: string): Promise<ProjectRow> {
  const project = await db.selectFrom('projects').selectAll().where('id', '=', id).executeTakeFirst()
  if (!project) throw validationError(`Project not found: ${id}`)
  return project
}

const TRIGGER_QUERY = {
  type: textParameter,
  orgName: textParameter,
  projectName: textParameter,
  repoName: textParameter,
}

/** Concord looks up the names without checking access: it omits the triggers that the caller cannot read. */
async function noTriggers(
  db: Reader,
  who: Principal,
  { orgName, projectName, repoName }: Values<typeof TRIGGER_QUERY>,
) {
  userOf(who)
  const org = orgName === undefined ? undefined : await requireOrg(db, orgName)
  if (projectName === undefined) {
    if (repoName !== undefined) throw validationError('Invalid project ID or name')
    return []
  }
  if (!org) throw javaError('java.lang.IllegalArgumentException', 'Organization ID or name is required')
  const project = await requireProjectNamed(db, org.id, projectName)
  if (repoName !== undefined) await requireRepository(db, project, repoName)
  return []
}

async function requireRepository(db: Reader, { id }: ProjectRow, name: string) {
  if (!(await findRepository(db, id, name))) throw textError(404, `Repository not found: ${name}`)
}
