import { policyGuard, requireAllowed } from '../access/policies/check.ts'
import { requireProject, secretGuard } from '../access/rules.ts'
import type { Caller } from '../actor.ts'
import { changesBetween } from '../audit/changes.ts'
import { recordAudit } from '../audit/record.ts'
import { writeJsonColumn } from '../db/json.ts'
import type { Trx } from '../db/open.ts'
import type { OrgRow, ProjectRow, RepositoryRow, SecretRow, UserRow } from '../db/schema.ts'
import { emptyError, javaError, validationError } from '../errors.ts'
import { requireSmall } from '../http/listLimits.ts'
import { newId } from '../ids.ts'
import { nonNull } from '../json/omit.ts'
import { requireMember, requireOrgById } from '../orgs/store.ts'
import { userOf } from '../principal.ts'
import { resolveOwner } from '../users/owner.ts'
import type { ProjectRequest, RepositoryRequest } from './requests.ts'
import { findProjectByName, findRepository, projectEntry } from './store.ts'

/*
 * Changes of projects and their repositories (Concord's ProjectManager and ProjectRepositoryManager). Unlike Concord,
 * this server does not clone a repository before saving it, because it runs no processes.
 */

export async function createOrUpdateProject(trx: Trx, caller: Caller, orgName: string, request: ProjectRequest) {
  const org = await requireMember(trx, caller.who, orgName)
  if (request.id) return update(trx, caller, request.id, request)
  const name = request.name ?? ''
  if (name.trim() === '') throw validationError("'name' is required")
  const existing = await findProjectByName(trx, org.id, name)
  return existing ? update(trx, caller, existing.id, request) : create(trx, caller, org, name, request)
}

async function create(trx: Trx, caller: Caller, org: OrgRow, name: string, request: ProjectRequest) {
  const owner = (await resolveOwner(trx, request.owner, 'LDAP')) ?? userOf(caller.who)
  await checkPolicy(trx, caller, 'create', request, owner, org)
  const project: ProjectRow = {
    id: newId(),
    orgId: org.id,
    name,
    description: request.description ?? null,
    visibility: request.visibility ?? 'PUBLIC',
    ownerId: owner.id,
    rawPayloadMode: request.rawPayloadMode ?? 'DISABLED',
    outVariablesMode: request.outVariablesMode ?? 'DISABLED',
    processExecMode: request.processExecMode ?? 'READERS',
    cfg: writeJsonColumn(request.cfg),
    meta: writeJsonColumn(request.meta),
    createdAt: new Date().toISOString(),
  }
  await trx.insertInto('projects').values(project).execute()
  if (request.repositories) await replaceRepositories(trx, caller, project, request.repositories)
  await recordProject(trx, caller, 'CREATE', project, org.name, changesBetween(undefined, nonNull(request)))
  return { ok: true, id: project.id, result: 'CREATED' }
}

/** Only the sent fields change, except `rawPayloadMode`: without it an update sets ORG_MEMBERS (concord-api §6). */
async function update(trx: Trx, caller: Caller, projectId: string, request: ProjectRequest) {
  const who = caller.who
  const project = await trx.selectFrom('projects').selectAll().where('id', '=', projectId).executeTakeFirst()
  if (!project) throw validationError(`Project not found: ${projectId}`)
  const owner = await resolveOwner(trx, request.owner, 'LDAP')
  const changesOwner = owner !== undefined && owner.id !== project.ownerId
  await requireProject(trx, who, project, changesOwner ? 'OWNER' : 'WRITER', 'strict')
  const org = await requireOrgById(trx, project.orgId)
  await checkPolicy(trx, caller, 'update', request, owner, org, projectId)
  const target = await targetOrg(trx, caller, request)
  const before = await projectEntry(trx, project, org.name)
  if (target && target.id !== org.id) {
    // The secrets' links to the project stay, because Concord forgets to delete them (concord-api §14 Q36).
    await trx.updateTable('repositories').set({ secretId: null }).where('projectId', '=', projectId).execute()
  }
  const changed: ProjectRow = {
    ...project,
    orgId: target?.id ?? project.orgId,
    name: request.name ?? project.name,
    description: request.description ?? project.description,
    visibility: request.visibility ?? project.visibility,
    ownerId: owner?.id ?? project.ownerId,
    rawPayloadMode: request.rawPayloadMode ?? 'ORG_MEMBERS',
    outVariablesMode: request.outVariablesMode ?? project.outVariablesMode,
    processExecMode: request.processExecMode ?? project.processExecMode,
    cfg: writeJsonColumn(request.cfg) ?? project.cfg,
    meta: writeJsonColumn(request.meta) ?? project.meta,
  }
  await trx.updateTable('projects').set(changed).where('id', '=', projectId).execute()
  if (request.repositories) await replaceRepositories(trx, caller, changed, request.repositories)
  const after = await projectEntry(trx, changed, target?.name ?? org.name)
  await recordProject(trx, caller, 'UPDATE', project, org.name, changesBetween(before, after))
  return { ok: true, id: projectId, result: 'UPDATED' }
}

/** Policies see the request, not the stored data (PolicyUtils#projectToMap). */
async function checkPolicy(
  trx: Trx,
  caller: Caller,
  action: 'create' | 'update',
  { name, visibility, meta, cfg }: ProjectRequest,
  owner: UserRow | undefined,
  org: OrgRow,
  projectId?: string,
) {
  const attributes = { id: projectId, name, orgId: org.id, orgName: org.name, visibility, meta, cfg }
  const act = { entity: 'project', action, owner, attributes, orgId: org.id, projectId } as const
  await requireAllowed(trx, caller.who, act)
}

/** The target organization, for its members only: `orgId` takes precedence over `orgName`. */
async function targetOrg(trx: Trx, caller: Caller, { orgId, orgName }: ProjectRequest): Promise<OrgRow | undefined> {
  const name = orgId ? (await requireOrgById(trx, orgId)).name : orgName
  return typeof name === 'string' ? requireMember(trx, caller.who, name) : undefined
}

export async function deleteProject(trx: Trx, caller: Caller, org: OrgRow, project: ProjectRow) {
  await requireProject(trx, caller.who, project, 'OWNER', 'strict')
  await trx.deleteFrom('projects').where('id', '=', project.id).execute()
  await recordProject(trx, caller, 'DELETE', project, org.name)
}

/** One repository, by id or name. */
export async function createOrUpdateRepository(
  trx: Trx,
  caller: Caller,
  project: ProjectRow,
  request: RepositoryRequest,
) {
  await requireProject(trx, caller.who, project, 'WRITER', 'strict')
  const existing = request.id
    ? await trx.selectFrom('repositories').select(['id', 'name']).where('id', '=', request.id).executeTakeFirst()
    : await findRepository(trx, project.id, request.name ?? '')
  const before = existing && (await findRepository(trx, project.id, existing.name))
  const rowOf = await rowMaker(trx, caller, project, [request])
  const row = rowOf(request, existing ? 'update' : 'create')
  if (existing) {
    const { id: _, meta: _kept, ...changed } = row
    await trx
      .updateTable('repositories')
      .set(changed)
      .where('id', '=', existing.id)
      .where('projectId', '=', project.id)
      .execute()
  } else {
    await trx.insertInto('repositories').values(row).execute()
  }
  await recordRepository(trx, caller, project, before, await findRepository(trx, project.id, row.name))
}

export async function deleteRepository(trx: Trx, caller: Caller, project: ProjectRow, name: string) {
  await requireProject(trx, caller.who, project, 'WRITER', 'open')
  const before = await findRepository(trx, project.id, name)
  if (!before) throw validationError(`Repository not found: ${name}`)
  await trx.deleteFrom('repositories').where('id', '=', before.id).execute()
  await recordRepository(trx, caller, project, before, undefined)
}

async function replaceRepositories(
  trx: Trx,
  caller: Caller,
  project: ProjectRow,
  repositories: NonNullable<ProjectRequest['repositories']>,
) {
  await trx.deleteFrom('repositories').where('projectId', '=', project.id).execute()
  const requests = Object.entries(repositories).map(([key, request]) => ({ ...request, name: request.name ?? key }))
  const rowOf = await rowMaker(trx, caller, project, requests)
  const rows: RepositoryRow[] = []
  const names = new Set<string>()
  for (const request of requests) {
    rows.push(rowOf(request, 'create'))
    // A taken name is the error, even if later ones are invalid.
    if (names.has(request.name)) break
    names.add(request.name)
  }
  if (rows.length > 0) await trx.insertInto('repositories').values(rows).execute()
}

/**
 * Turns requests into rows, with the same number of queries for one and for many. Throws for one that isn't permitted.
 */
async function rowMaker(trx: Trx, caller: Caller, project: ProjectRow, requests: readonly RepositoryRequest[]) {
  const secretOf = await secretFinder(trx, caller, project.orgId, requests)
  const requireAllowed = await policyGuard(trx, caller.who)
  return (request: RepositoryRequest, action: 'create' | 'update'): RepositoryRow => {
    const secret = secretOf(request)
    requireAllowed(repositoryAct(caller, project, request, secret, action))
    return repositoryRow(project, request, secret)
  }
}

function repositoryAct(
  caller: Caller,
  project: ProjectRow,
  request: RepositoryRequest,
  secret: SecretRow | undefined,
  action: 'create' | 'update',
) {
  const { name, url, branch } = request
  const { id: projectId, orgId } = project
  const used = secret && nonNull({ name: secret.name, orgId: secret.orgId, type: secret.type })
  const attributes = {
    orgId,
    projectId,
    projectName: project.name,
    name,
    url,
    branch,
    ...(used ? { secret: used } : {}),
  }
  return { entity: 'repository', action, owner: userOf(caller.who), attributes, orgId, projectId } as const
}

function repositoryRow(project: ProjectRow, request: RepositoryRequest, secret: SecretRow | undefined): RepositoryRow {
  requireRevision(request)
  return {
    id: newId(),
    projectId: project.id,
    name: request.name ?? '',
    url: request.url ?? '',
    branch: trimmed(request.branch),
    commitId: trimmed(request.commitId),
    path: trimmed(request.path),
    secretId: secret?.id ?? null,
    disabled: request.disabled ? 1 : 0,
    triggersDisabled: request.triggersDisabled ? 1 : 0,
    meta: requireSmall(writeJsonColumn(request.meta), 'meta'),
  }
}

/**
 * A repository has a branch or a commit id: Concord requires one before it clones the repository, and its database
 * requires one for disabled repositories.
 */
function requireRevision({ branch, commitId, disabled }: RepositoryRequest) {
  if (!disabled && typeof branch !== 'string' && typeof commitId !== 'string') {
    throw validationError('Branch or CommitId required')
  }
  if (trimmed(branch) ?? trimmed(commitId)) return
  throw javaError(
    'org.jooq.exception.IntegrityConstraintViolationException',
    'new row for relation "repositories" violates check constraint "repo_branch_commit_check"',
  )
}

/** The secret for a repository: by id from any organization, by name from the project's. */
async function secretFinder(trx: Trx, caller: Caller, orgId: string, requests: readonly RepositoryRequest[]) {
  const ids = [...new Set(requests.map(({ secretId }) => secretId ?? ''))]
  const names = [...new Set(requests.map(({ secretName }) => secretName ?? ''))]
  const secrets = await trx
    .selectFrom('secrets')
    .selectAll()
    .where(({ or, and, eb }) => or([eb('id', 'in', ids), and([eb('orgId', '=', orgId), eb('name', 'in', names)])]))
    .execute()
  const requireReader = await secretGuard(trx, caller.who, secrets, 'READER', 'open')
  const byId = new Map(secrets.map((secret) => [secret.id, secret]))
  const byName = new Map(secrets.filter((secret) => secret.orgId === orgId).map((secret) => [secret.name, secret]))
  return ({ secretId, secretName }: RepositoryRequest): SecretRow | undefined => {
    if (!secretId && typeof secretName !== 'string') return undefined
    const secret = secretId ? byId.get(secretId) : byName.get(secretName ?? '')
    if (!secret) throw emptyError(404)
    requireReader(secret)
    return secret
  }
}

const trimmed = (value: string | null | undefined) => value?.trim() || null

export async function recordProject(
  trx: Trx,
  caller: Caller,
  action: 'CREATE' | 'UPDATE' | 'DELETE',
  project: ProjectRow,
  orgName: string,
  changes?: object,
) {
  await recordAudit(trx, caller, {
    object: 'PROJECT',
    action,
    details: { orgId: project.orgId, orgName, projectId: project.id, name: project.name, changes },
  })
}

async function recordRepository(
  trx: Trx,
  caller: Caller,
  project: ProjectRow,
  before: { name: string } | undefined,
  after: { name: string } | undefined,
) {
  const org = await requireOrgById(trx, project.orgId)
  const repositories = (entry: { name: string } | undefined) => ({ repositories: entry ? { [entry.name]: entry } : {} })
  await recordProject(
    trx,
    caller,
    'UPDATE',
    project,
    org.name,
    changesBetween(repositories(before), repositories(after)),
  )
}
