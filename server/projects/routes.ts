import type { Hono } from 'hono'
import { requireProject } from '../access/rules.ts'
import type { Caller } from '../actor.ts'
import { recordAudit } from '../audit/record.ts'
import type { Reader, Trx } from '../db/open.ts'
import type { AccessLevel, ProjectRow } from '../db/schema.ts'
import { nullPointer, textError } from '../errors.ts'
import { callerOf, type Env, principalOf } from '../http/call.ts'
import { pageOf, plainText } from '../http/input.ts'
import { operation, resource } from '../http/operation.ts'
import { listQuery } from '../http/parameters.ts'
import { jsonInPieces, listAsJson } from '../http/pieces.ts'
import { writeJson } from '../json/write.ts'
import { requireMember, requireOrg } from '../orgs/store.ts'
import { type Principal, userOf } from '../principal.ts'
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

/** The names in most paths of projects. */
interface ProjectPath {
  orgName: string
  projectName: string
}

/** Projects and repositories: concord-api §6, without running or cloning anything. */
export function projectRoutes(app: Hono<Env>, services: Services) {
  const { db } = services

  resource(app, '/api/v1/org/:orgName/project', {
    GET: operation(
      { summary: 'List the projects of an organization', query: listQuery, compresses: true },
      async (c, { path: { orgName }, query: { filter, ...page } }) => {
        checkNames('ProjectResource.find', { arg0: orgName })
        const org = await requireOrg(db, orgName)
        userOf(principalOf(c))
        return listProjects(db, principalOf(c), org, { filter, ...pageOf(page) })
      },
    ),
    POST: operation(
      { summary: 'Create or update a project', body: projectRequest },
      (c, { path: { orgName }, body }) => {
        reject([...nameViolations('ProjectResource.createOrUpdate', { arg0: orgName }), ...projectViolations(body)])
        return db.transaction().execute((trx) => createOrUpdateProject(trx, callerOf(c), orgName, body))
      },
    ),
  })

  resource(app, '/api/v1/org/:orgName/project/:projectName', {
    /** The deprecated way to read a project: with its repositories by name. */
    GET: operation({ summary: 'Get a project with its repositories' }, async (c, { path }) => {
      checkNames('ProjectResource.get', argumentsOf(path))
      const { org, project } = await readableProject(db, principalOf(c), path)
      const entry = await projectEntry(db, project, org.name)
      return jsonInPieces(services, c, projectAsJson(entry, repositoriesOf(db, project.id, EVERY)))
    }),
    DELETE: operation({ summary: 'Delete a project' }, (c, { path: { orgName, projectName } }) => {
      checkNames('ProjectResource.delete', { arg0: orgName, arg1: projectName })
      return db.transaction().execute(async (trx) => {
        const org = await requireOrg(trx, orgName)
        userOf(principalOf(c))
        await deleteProject(trx, callerOf(c), org, await requireProjectRow(trx, org.id, projectName))
        return { ok: true, result: 'DELETED' }
      })
    }),
  })

  resource(app, '/api/v2/org/:orgName/project/:projectName', {
    GET: operation({ summary: 'Get a project' }, async (c, { path }) => {
      checkNames('ProjectResourceV2.get', argumentsOf(path))
      const { org, project } = await readableProject(db, principalOf(c), path)
      return projectEntry(db, project, org.name)
    }),
  })

  resource(app, '/api/v1/org/:orgName/project/:projectName/encrypt', {
    /** Not audited, as in Concord: it changes and reads nothing. */
    POST: operation(
      { summary: 'Encrypt a text for the processes of a project', body: plainText },
      async (c, { path, body }) => {
        checkNames('ProjectResource.encrypt', argumentsOf(path))
        const { project } = await projectForMembers(db, principalOf(c), path)
        await requireProject(db, principalOf(c), project, 'READER', 'strict')
        return { ok: true, data: (await encryptForProject(services, project.id, Buffer.from(body))).toString('base64') }
      },
    ),
  })

  configurationRoutes(app, services)
  repositories(app, services)
  access(app, services)
}

function repositories(app: Hono<Env>, services: Services) {
  const { db } = services
  resource(app, '/api/v1/org/:orgName/project/:projectName/repository', {
    GET: operation(
      { summary: 'List the repositories of a project', query: listQuery },
      async (c, { path, query: { filter, ...page } }) => {
        checkNames('RepositoryResource.find', argumentsOf(path))
        const { id } = await projectOfRepositories(db, principalOf(c), path)
        return jsonInPieces(services, c, listAsJson(repositoriesOf(db, id, { filter, ...pageOf(page) })))
      },
    ),
    POST: operation({ summary: 'Create or update a repository', body: repositoryRequest }, (c, { path, body }) => {
      reject([
        ...nameViolations('RepositoryResource.createOrUpdate', argumentsOf(path)),
        ...repositoryViolations('createOrUpdate.arg2', body),
      ])
      return db.transaction().execute(async (trx) => {
        const { project } = await projectForMembers(trx, principalOf(c), path)
        await createOrUpdateRepository(trx, callerOf(c), project, body)
        return { ok: true, result: body.id ? 'UPDATED' : 'CREATED' }
      })
    }),
  })

  resource(app, '/api/v1/org/:orgName/project/:projectName/repository/:repositoryName', {
    GET: operation({ summary: 'Get a repository' }, async (c, { path }) => {
      checkNames('RepositoryResource.get', { ...argumentsOf(path), arg2: path.repositoryName })
      const project = await projectOfRepositories(db, principalOf(c), path)
      const repository = await findRepository(db, project.id, path.repositoryName)
      if (!repository) throw textError(404, `Repository not found: ${path.repositoryName}`)
      return repository
    }),
    DELETE: operation({ summary: 'Delete a repository' }, (c, { path }) => {
      checkNames('RepositoryResource.delete', { ...argumentsOf(path), arg2: path.repositoryName })
      return db.transaction().execute(async (trx) => {
        const { project } = await projectForMembers(trx, principalOf(c), path)
        await deleteRepository(trx, callerOf(c), project, path.repositoryName)
        return { ok: true, result: 'DELETED' }
      })
    }),
  })
}

function access(app: Hono<Env>, { db }: Services) {
  resource(app, '/api/v1/org/:orgName/project/:projectName/access', {
    GET: operation({ summary: 'List the teams that have access to a project' }, async (c, { path }) => {
      checkNames('ProjectResource.getAccessLevel', argumentsOf(path))
      const { project } = await readableProject(db, principalOf(c), path)
      return db
        .selectFrom('projectTeamAccess as access')
        .innerJoin('teams', 'teams.id', 'access.teamId')
        .innerJoin('orgs', 'orgs.id', 'teams.orgId')
        .select(['teams.id as teamId', 'orgs.name as orgName', 'teams.name as teamName', 'access.level'])
        .where('access.projectId', '=', project.id)
        .orderBy('teams.name')
        .execute()
    }),
    POST: operation({ summary: 'Give a team access to a project', body: accessEntry }, (c, { path, body }) => {
      reject([
        ...nameViolations('ProjectResource.updateAccessLevel', argumentsOf(path)),
        ...entryViolations(body, 'arg2'),
      ])
      return db.transaction().execute(async (trx) => {
        const { org, project } = await projectForMembers(trx, principalOf(c), path)
        const teamId = await teamOfEntry(trx, org.id, body)
        // `entryViolations` has checked the level.
        await grant(trx, callerOf(c), project, [{ teamId, level: body.level as AccessLevel }], false)
        return { ok: true, result: 'UPDATED' }
      })
    }),
  })

  resource(app, '/api/v1/org/:orgName/project/:projectName/access/bulk', {
    POST: operation(
      { summary: 'Replace all access of teams to a project', body: accessEntries.optional() },
      (c, { path, body }) => {
        reject([
          ...nameViolations('ProjectResource.updateAccessLevel', argumentsOf(path)),
          ...(body ?? []).flatMap((entry, i) => entryViolations(entry, `arg2[${i}]`)),
        ])
        return db.transaction().execute(async (trx) => {
          const { project } = await projectForMembers(trx, principalOf(c), path)
          if (!body) throw textError(400, 'List of teams is null.')
          const entries = body.map((entry) => ({ teamId: entry?.teamId, level: entry?.level as AccessLevel }))
          await grant(trx, callerOf(c), project, entries, true)
          return { ok: true, result: 'UPDATED' }
        })
      },
    ),
  })
}

interface Grant {
  teamId: string | null | undefined
  level: AccessLevel
}

async function grant(trx: Trx, caller: Caller, project: ProjectRow, entries: Grant[], replace: boolean) {
  await requireProject(trx, caller.who, project, 'OWNER', 'strict')
  const projectId = project.id
  if (replace) await trx.deleteFrom('projectTeamAccess').where('projectId', '=', projectId).execute()
  const wrong = entries.findIndex(({ teamId }) => !teamId)
  const rows = (wrong < 0 ? entries : entries.slice(0, wrong)).map(({ teamId, level }) => {
    return { projectId, teamId: teamId ?? '', level }
  })
  // First the entries before the invalid one: if one of their teams does not exist, that is the error.
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
  await recordAudit(trx, caller, {
    object: 'PROJECT',
    action: 'UPDATE',
    details: { projectId, access: { replace, teams } },
  })
}

const EVERY = { offset: 0, limit: undefined, filter: undefined }

/** Streams a project's entry with its repositories by name. */
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

/** The names of the path, under the ids that violations give them. */
const argumentsOf = ({ orgName, projectName }: ProjectPath) => ({ arg0: orgName, arg1: projectName })

/** The project in the path, if the caller can read it; a missing one is a 404. */
async function readableProject(db: Reader, who: Principal, { orgName, projectName }: ProjectPath) {
  const org = await requireOrg(db, orgName)
  userOf(who)
  const project = await requireProjectRow(db, org.id, projectName)
  await requireProject(db, who, project, 'READER', 'open')
  return { org, project }
}

/** The same for reading its repositories, where a missing project is a 400. */
async function projectOfRepositories(db: Reader, who: Principal, { orgName, projectName }: ProjectPath) {
  const org = await requireOrg(db, orgName)
  userOf(who)
  const project = await requireProjectNamed(db, org.id, projectName)
  await requireProject(db, who, project, 'READER', 'open')
  return project
}

/** The project in the path, for changes: requires membership, and then the right for the change itself. */
async function projectForMembers(db: Reader, who: Principal, { orgName, projectName }: ProjectPath) {
  const org = await requireMember(db, who, orgName)
  return { org, project: await requireProjectRow(db, org.id, projectName) }
}
