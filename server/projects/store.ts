import { listedIn } from '../access/listing.ts'
import { contains, type ListPage, pageByName } from '../db/filter.ts'
import { rawJsonColumn } from '../db/json.ts'
import type { Reader } from '../db/open.ts'
import type { OrgRow, ProjectRow, RepositoryRow } from '../db/schema.ts'
import { textError, validationError } from '../errors.ts'
import { nonNull } from '../json/omit.ts'
import type { Principal } from '../principal.ts'
import { ownersOf } from '../users/owner.ts'

export const findProjectByName = (db: Reader, orgId: string, name: string) =>
  db.selectFrom('projects').selectAll().where('orgId', '=', orgId).where('name', '=', name).executeTakeFirst()

/** Returns the project, or throws ProjectManager's 404. */
export async function requireProjectRow(db: Reader, orgId: string, name: string): Promise<ProjectRow> {
  const project = await findProjectByName(db, orgId, name)
  if (!project) throw textError(404, `Project not found: ${name}`)
  return project
}

/** Returns the project, or throws ProjectAccessManager's 400, which repositories and the audit log use. */
export async function requireProjectNamed(db: Reader, orgId: string, name: string): Promise<ProjectRow> {
  const project = await findProjectByName(db, orgId, name)
  if (!project) throw validationError(`Project not found: ${name}`)
  return project
}

/** The projects of an organization that a user can see, by name. Entries have no `cfg` and `meta`. */
export async function listProjects(db: Reader, who: Principal, org: OrgRow, page: ListPage) {
  const rows = await db
    .selectFrom('projects')
    // Not all columns: `cfg` and `meta` of a long list can take gigabytes.
    .select(BRIEF_COLUMNS)
    .where('orgId', '=', org.id)
    .where(listedIn(org, who))
    .$call(pageByName(page))
    .execute()
  const ownerOf = await ownersOf(db, rows)
  return rows.map((project) => briefEntry(project, org.name, ownerOf(project)))
}

/** ProjectEntry with everything except its repositories. */
export async function projectEntry(db: Reader, project: ProjectRow, orgName: string) {
  const ownerOf = await ownersOf(db, [project])
  return nonNull({
    ...briefEntry(project, orgName, ownerOf(project)),
    cfg: rawJsonColumn(project.cfg),
    meta: rawJsonColumn(project.meta),
  })
}

const BRIEF_COLUMNS = [
  ...(['id', 'name', 'description', 'orgId', 'visibility', 'ownerId'] as const),
  ...(['rawPayloadMode', 'outVariablesMode', 'processExecMode', 'createdAt'] as const),
] as const

function briefEntry(
  project: Pick<ProjectRow, (typeof BRIEF_COLUMNS)[number]>,
  orgName: string,
  owner: object | undefined,
) {
  const { id, name, description, orgId, visibility, rawPayloadMode, outVariablesMode, processExecMode, createdAt } =
    project
  return nonNull({
    id,
    name,
    description,
    orgId,
    orgName,
    visibility,
    owner,
    rawPayloadMode,
    outVariablesMode,
    processExecMode,
    createdAt,
  })
}

/** The number of repositories per query: each can have 64 KiB of `meta`. */
const REPOSITORIES_AT_ONCE = 20

/**
 * The repositories of a project by name, in pages, because all of them may not fit into memory. Each page continues
 * after the last name, so that concurrent changes never make it skip one.
 */
export async function* repositoriesOf(db: Reader, projectId: string, { offset, limit, filter }: ListPage) {
  let left = limit ?? Number.POSITIVE_INFINITY
  let last: string | undefined
  while (left > 0) {
    const after = last
    const atOnce = Math.min(left, REPOSITORIES_AT_ONCE)
    const rows = await repositories(db)
      .where('projectId', '=', projectId)
      .$if(filter !== undefined, (query) => query.where(contains('repositories.name', filter ?? '')))
      .$if(after !== undefined, (query) => query.where('repositories.name', '>', after ?? ''))
      .orderBy('repositories.name')
      .limit(atOnce)
      .offset(after === undefined ? offset : 0)
      .execute()
    yield rows.map(repositoryEntry)
    if (rows.length < atOnce) return
    left -= rows.length
    last = rows.at(-1)?.name
  }
}

export async function findRepository(db: Reader, projectId: string, name: string) {
  const row = await repositories(db)
    .where('projectId', '=', projectId)
    .where('repositories.name', '=', name)
    .executeTakeFirst()
  return row && repositoryEntry(row)
}

const repositories = (db: Reader) =>
  db
    .selectFrom('repositories')
    .leftJoin('secrets', 'secrets.id', 'repositories.secretId')
    .selectAll('repositories')
    .select(['secrets.name as secretName', 'secrets.storeType as secretStoreType'])

/** RepositoryEntry. */
function repositoryEntry(row: RepositoryRow & { secretName: string | null; secretStoreType: string | null }) {
  return nonNull({
    ...row,
    disabled: row.disabled === 1,
    triggersDisabled: row.triggersDisabled === 1,
    meta: rawJsonColumn(row.meta),
  })
}
