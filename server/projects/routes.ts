import type { Hono } from 'hono'
import { requireProject } from '../access/rules.ts'
import { recordAudit } from '../audit/record.ts'
import type { Reader, Trx } from '../db/open.ts'
import type { AccessLevel, ProjectRow } from '../db/schema.ts'
import { nullPointer, textError } from '../errors.ts'
import type { Call, Env } from '../http/call.ts'
import { callerOf, principalOf } from '../http/call.ts'
import { operation, paging, param, readJson, readOptionalJson, resource, textQuery } from '../http/operation.ts'
import { listQuery } from '../http/parameters.ts'
import { jsonInPieces, listAsJson } from '../http/pieces.ts'
import { writeJson } from '../json/write.ts'
import { requireMember, requireOrg } from '../orgs/store.ts'
import { userOf } from '../principal.ts'
import type { Services } from '../services.ts'
import { accessEntries, accessEntry, entryViolations, teamOfEntry } from '../teams/accessEntry.ts'
import { checkNames, nameViolations, reject } from '../violations.ts'
import { configurationRoutes } from './configurationRoutes.ts'
import { encryptForProject } from './encryptedStrings.ts'
import { projectRequest, projectViolations, repositoryRequest, repositoryViolations } from './requests.ts'
import {
  findRepository,
  listProjects,
  projectEntry,
  repositoriesOf,
  requireProjectNamed,
  requireProjectRow,
} from './store.ts'
import { createOrUpdateProject, createOrUpdateRepository, deleteProject, deleteRepository } from './write.ts'

/** Projects and repositories: concord-api §6, without running or cloning anything. */
export function projectRoutes(app: Hono<Env>, services: Services) {
  const { db } = services

  resource(app, '/api/v1/org/:orgName/project', {
    GET: operation({ summary: 'List the projects of an organization', query: listQuery }, async (c) => {
      checkNames('ProjectResource.find', { arg0: param(c, 'orgName') })
      const org = await requireOrg(db, param(c, 'orgName'))
      userOf(principalOf(c))
      return listProjects(db, principalOf(c), org, pageOf(c))
    }),
    POST: {
      summary: 'Create or update a project',
      body: projectRequest,
      consumes: 'application/json',
      handle: async (c) => {
        const request = await readJson(c, projectRequest)
        const orgName = param(c, 'orgName')
        reject([...nameViolations('ProjectResource.createOrUpdate', { arg0: orgName }), ...projectViolations(request)])
        return db.transaction().execute((trx) => createOrUpdateProject(trx, callerOf(c), orgName, request))
      },
    },
  })

  resource(app, '/api/v1/org/:orgName/project/:projectName', {
    /** The old way to read a project: with its repositories by name. */
    GET: operation({ summary: 'Get a project with its repositories' }, async (c) => {
      checkPath(c, 'ProjectResource.get')
      const { org, project } = await readableProject(db, c)
      const entry = await projectEntry(db, project, org.name)
      return jsonInPieces(services, c, projectAsJson(entry, repositoriesOf(db, project.id, EVERY)))
    }),
    DELETE: operation({ summary: 'Delete a project' }, async (c) => {
      checkPath(c, 'ProjectResource.delete')
      return db.transaction().execute(async (trx) => {
        const org = await requireOrg(trx, param(c, 'orgName'))
        userOf(principalOf(c))
        await deleteProject(trx, callerOf(c), org, await requireProjectRow(trx, org.id, param(c, 'projectName')))
        return { ok: true, result: 'DELETED' }
      })
    }),
  })

  resource(app, '/api/v2/org/:orgName/project/:projectName', {
    GET: operation({ summary: 'Get a project' }, async (c) => {
      checkPath(c, 'ProjectResourceV2.get')
      const { org, project } = await readableProject(db, c)
      return projectEntry(db, project, org.name)
    }),
  })

  resource(app, '/api/v1/org/:orgName/project/:projectName/encrypt', {
    /** Not audited, as in Concord: nothing changes, and nothing is read. */
    POST: {
      summary: 'Encrypt a text for the processes of a project',
      consumes: 'text/plain',
      handle: async (c) => {
        const clear = Buffer.from(await c.req.text())
        checkPath(c, 'ProjectResource.encrypt')
        const { project } = await projectForMembers(db, c)
        await requireProject(db, principalOf(c), project, 'READER', 'strict')
        return { ok: true, data: (await encryptForProject(services, project.id, clear)).toString('base64') }
      },
    },
  })

  configurationRoutes(app, services)
  repositories(app, services)
  access(app, services)
}

function repositories(app: Hono<Env>, services: Services) {
  const { db } = services
  resource(app, '/api/v1/org/:orgName/project/:projectName/repository', {
    GET: operation({ summary: 'List the repositories of a project', query: listQuery }, async (c) => {
      checkPath(c, 'RepositoryResource.find')
      const { id } = await projectOfRepositories(db, c)
      return jsonInPieces(services, c, listAsJson(repositoriesOf(db, id, pageOf(c))))
    }),
    POST: {
      summary: 'Create or update a repository',
      body: repositoryRequest,
      consumes: 'application/json',
      handle: async (c) => {
        const request = await readJson(c, repositoryRequest)
        reject([
          ...nameViolations('RepositoryResource.createOrUpdate', pathOf(c)),
          ...repositoryViolations('createOrUpdate.arg2', request),
        ])
        return db.transaction().execute(async (trx) => {
          const { project } = await projectForMembers(trx, c)
          await createOrUpdateRepository(trx, callerOf(c), project, request)
          return { ok: true, result: request.id ? 'UPDATED' : 'CREATED' }
        })
      },
    },
  })

  resource(app, '/api/v1/org/:orgName/project/:projectName/repository/:repositoryName', {
    GET: operation({ summary: 'Get a repository' }, async (c) => {
      checkNames('RepositoryResource.get', { ...pathOf(c), arg2: param(c, 'repositoryName') })
      const project = await projectOfRepositories(db, c)
      const repository = await findRepository(db, project.id, param(c, 'repositoryName'))
      if (!repository) throw textError(404, `Repository not found: ${param(c, 'repositoryName')}`)
      return repository
    }),
    DELETE: operation({ summary: 'Delete a repository' }, async (c) => {
      checkNames('RepositoryResource.delete', { ...pathOf(c), arg2: param(c, 'repositoryName') })
      return db.transaction().execute(async (trx) => {
        const { project } = await projectForMembers(trx, c)
        await deleteRepository(trx, callerOf(c), project, param(c, 'repositoryName'))
        return { ok: true, result: 'DELETED' }
      })
    }),
  })
}

function access(app: Hono<Env>, { db }: Services) {
  resource(app, '/api/v1/org/:orgName/project/:projectName/access', {
    GET: operation({ summary: 'List the teams that have access to a project' }, async (c) => {
      checkPath(c, 'ProjectResource.getAccessLevel')
      const { project } = await readableProject(db, c)
      return db
        .selectFrom('projectTeamAccess as access')
        .innerJoin('teams', 'teams.id', 'access.teamId')
        .innerJoin('orgs', 'orgs.id', 'teams.orgId')
        .select(['teams.id as teamId', 'orgs.name as orgName', 'teams.name as teamName', 'access.level'])
        .where('access.projectId', '=', project.id)
        .orderBy('teams.name')
        .execute()
    }),
    POST: {
      summary: 'Give a team access to a project',
      body: accessEntry,
      consumes: 'application/json',
      handle: async (c) => {
        const request = await readJson(c, accessEntry)
        reject([...nameViolations('ProjectResource.updateAccessLevel', pathOf(c)), ...entryViolations(request, 'arg2')])
        return db.transaction().execute(async (trx) => {
          const { org, project } = await projectForMembers(trx, c)
          const teamId = await teamOfEntry(trx, org.id, request)
          // `entryViolations` has seen to the level.
          await grant(trx, c, project, [{ teamId, level: request.level as AccessLevel }], false)
          return { ok: true, result: 'UPDATED' }
        })
      },
    },
  })

  resource(app, '/api/v1/org/:orgName/project/:projectName/access/bulk', {
    POST: {
      summary: 'Replace all access of teams to a project',
      body: accessEntries,
      consumes: 'application/json',
      handle: async (c) => {
        const request = await readOptionalJson(c, accessEntries)
        reject([
          ...nameViolations('ProjectResource.updateAccessLevel', pathOf(c)),
          ...(request ?? []).flatMap((entry, i) => entryViolations(entry, `arg2[${i}]`)),
        ])
        return db.transaction().execute(async (trx) => {
          const { project } = await projectForMembers(trx, c)
          if (!request) throw textError(400, 'List of teams is null.')
          const entries = request.map((entry) => ({ teamId: entry?.teamId, level: entry?.level as AccessLevel }))
          await grant(trx, c, project, entries, true)
          return { ok: true, result: 'UPDATED' }
        })
      },
    },
  })
}

interface Grant {
  teamId: string | null | undefined
  level: AccessLevel
}

async function grant(trx: Trx, c: Call, project: ProjectRow, entries: Grant[], replace: boolean) {
  await requireProject(trx, principalOf(c), project, 'OWNER', 'strict')
  const projectId = project.id
  if (replace) await trx.deleteFrom('projectTeamAccess').where('projectId', '=', projectId).execute()
  const wrong = entries.findIndex(({ teamId }) => !teamId)
  const rows = (wrong < 0 ? entries : entries.slice(0, wrong)).map(({ teamId, level }) => {
    return { projectId, teamId: teamId ?? '', level }
  })
  // First those before the wrong one: a team among them that does not exist is the error then.
  if (rows.length > 0) {
    await trx
      .insertInto('projectTeamAccess')
      .values(rows)
      .onConflict((conflict) =>
        conflict.columns(['projectId', 'teamId']).doUpdateSet((e) => ({ level: e.ref('excluded.level') })),
      )
      .execute()
  }
  if (wrong >= 0) throw nullPointer()
  const teams = entries.map(({ teamId, level }) => ({ id: teamId, level }))
  await recordAudit(trx, callerOf(c), {
    object: 'PROJECT',
    action: 'UPDATE',
    details: { projectId, access: { replace, teams } },
  })
}

const EVERY = { offset: 0, limit: undefined, filter: undefined }

/** A project's entry with its repositories by name, in pieces. */
async function* projectAsJson(entry: object, pages: ReturnType<typeof repositoriesOf>): AsyncGenerator<Uint8Array> {
  let before = `${writeJson(entry).slice(0, -1)},"repositories":{`
  for await (const page of pages) {
    if (page.length === 0) continue
    yield Buffer.from(
      before + page.map((repository) => `${JSON.stringify(repository.name)}:${writeJson(repository)}`).join(','),
    )
    before = ','
  }
  yield Buffer.from(`${before === ',' ? '' : before}}}`)
}

const pageOf = (c: Call) => ({ ...paging(c), filter: textQuery(c, 'filter') })

const pathOf = (c: Call) => ({ arg0: param(c, 'orgName'), arg1: param(c, 'projectName') })

const checkPath = (c: Call, method: string) => checkNames(method, pathOf(c))

/** The project of the path, for those who may read it; a missing one is a 404. */
async function readableProject(db: Reader, c: Call) {
  const org = await requireOrg(db, param(c, 'orgName'))
  userOf(principalOf(c))
  const project = await requireProjectRow(db, org.id, param(c, 'projectName'))
  await requireProject(db, principalOf(c), project, 'READER', 'open')
  return { org, project }
}

/** The same for reading its repositories, where a missing one is a 400. */
async function projectOfRepositories(db: Reader, c: Call): Promise<ProjectRow> {
  const org = await requireOrg(db, param(c, 'orgName'))
  userOf(principalOf(c))
  const project = await requireProjectNamed(db, org.id, param(c, 'projectName'))
  await requireProject(db, principalOf(c), project, 'READER', 'open')
  return project
}

/** The project of the path, for changes: those need membership, and then what the change itself asks for. */
async function projectForMembers(db: Reader, c: Call) {
  const org = await requireMember(db, principalOf(c), param(c, 'orgName'))
  return { org, project: await requireProjectRow(db, org.id, param(c, 'projectName')) }
}
