import { sql } from 'kysely'
import { listedIn } from '../access/listing.ts'
import { compiled, compiledRow, eachOf } from '../db/compiled.ts'
import { type ListPage, pageByName } from '../db/filter.ts'
import type { Reader, Trx } from '../db/open.ts'
import type { AccessLevel, Database, OrgRow, SecretRow, UserRow } from '../db/schema.ts'
import { emptyError, validationError } from '../errors.ts'
import { nonNull } from '../json/omit.ts'
import type { Principal } from '../principal.ts'
import { ownerEntry, ownersOf } from '../users/owner.ts'
import type { SealedValue } from '../vault/sealed.ts'

/**
 * The rows of secrets. Every function takes the connection to use, so that a request's statements share a transaction.
 */

export const findSecret = (db: Reader, orgId: string, name: string): Promise<SecretRow | undefined> =>
  byName(db, { orgId, name })

const byName = compiledRow<{ orgId: string; name: string }>()((db, arg) =>
  db.selectFrom('secrets').selectAll().where('orgId', '=', arg('orgId')).where('name', '=', arg('name')),
)

/** A secret by name; missing → 404 without a body, before any other decision (concord-api §9.3, row 0). */
export async function requireSecretRow(db: Reader, orgId: string, secretName: string): Promise<SecretRow> {
  const secret = await findSecret(db, orgId, secretName)
  if (!secret) throw emptyError(404)
  return secret
}

/** The secrets of an organization that a user can see, by name. */
export const listSecrets = (db: Reader, who: Principal, org: OrgRow, page: ListPage) =>
  db
    .selectFrom('secrets')
    .selectAll()
    .where('orgId', '=', org.id)
    .where(listedIn(org, who))
    .$call(pageByName(page))
    .execute()

/** Concord's SecretEntryV2, one per row (concord-api §9.1). All rows belong to one organization. */
export async function secretEntries(db: Reader, org: OrgRow, rows: readonly SecretRow[]) {
  const ownerOf = await ownersOf(db, rows)
  const projects = await projectsOf(
    db,
    rows.map((row) => row.id),
  )
  return rows.map((row) => entryOf(org, row, ownerOf(row), projects.get(row.id) ?? []))
}

export type SecretEntry = ReturnType<typeof entryOf>

/** The same for one row, with one query. */
export async function secretEntry(db: Reader, org: OrgRow, row: SecretRow): Promise<SecretEntry> {
  const { id: secretId, ownerId } = row
  const { projects = '[]', ...owner } = (await around(db, { secretId, ownerId })) ?? {}
  return entryOf(org, row, isUser(owner) ? ownerEntry(owner) : undefined, JSON.parse(projects))
}

/** The owner, all null without one, and the linked projects as JSON. */
const around = compiledRow<{ secretId: string; ownerId: string | null }>()(
  (_, arg) => sql<{ projects: string } & (UserRow | { id: null })>`
    SELECT users.*, (
      SELECT json_group_array(json_object('id', projects.id, 'name', projects.name) ORDER BY projects.name)
      FROM "secretProjects" link JOIN projects ON projects.id = link."projectId"
      WHERE link."secretId" = ${arg('secretId')}) AS projects
    FROM (SELECT 1) LEFT JOIN users ON users.id = ${arg('ownerId')}`,
)

const isUser = (row: object): row is UserRow => 'id' in row && row.id !== null

type Link = { id: string; name: string }

function entryOf(org: OrgRow, row: SecretRow, owner: ReturnType<typeof ownerEntry>, projects: readonly Link[]) {
  return nonNull({
    id: row.id,
    name: row.name,
    orgId: row.orgId,
    orgName: org.name,
    projects: projects.map(projectEntry),
    type: row.type,
    encryptedBy: row.encryptedBy,
    storeType: row.storeType,
    visibility: row.visibility,
    owner,
    createdAt: row.createdAt,
    lastUpdatedAt: row.lastUpdatedAt,
  })
}

/**
 * The modes are always ProjectEntry's defaults: Concord does not read the project's own here (concord-api §14, Q28).
 */
const projectEntry = ({ id, name }: Link) => ({
  id,
  name,
  rawPayloadMode: 'DISABLED',
  outVariablesMode: 'DISABLED',
  processExecMode: 'READERS',
})

/** The projects that each secret is linked to. */
export async function projectsOf(db: Reader, secretIds: readonly string[]) {
  const found = new Map<string, Link[]>()
  for (const { secretId, id, name } of await linksOf(db, { secretIds: JSON.stringify(secretIds) })) {
    const links = found.get(secretId)
    if (links) links.push({ id, name })
    else found.set(secretId, [{ id, name }])
  }
  return found
}

const linksOf = compiled<{ secretIds: string }>()((db, arg) =>
  db
    .selectFrom('secretProjects as link')
    .innerJoin('projects', 'projects.id', 'link.projectId')
    .select(['link.secretId', 'projects.id', 'projects.name'])
    .where('link.secretId', 'in', eachOf(arg('secretIds')))
    .orderBy('projects.name'),
)

export async function linkedProjectIds(db: Reader, secretId: string): Promise<string[]> {
  const rows = await linksFrom(db, { secretId })
  return rows.map((row) => row.projectId)
}

const linksFrom = compiled<{ secretId: string }>()((db, arg) =>
  db.selectFrom('secretProjects').select('projectId').where('secretId', '=', arg('secretId')),
)

export const findProjects = (db: Reader, ids: readonly string[]) =>
  db.selectFrom('projects').selectAll().where('id', 'in', ids).execute()

export const findProjectsByName = (db: Reader, orgId: string, names: readonly string[]) =>
  db.selectFrom('projects').select(['id', 'name']).where('orgId', '=', orgId).where('name', 'in', names).execute()

/** Sets the links. A project that does not exist violates the foreign key, as in Concord. */
export async function linkProjects(trx: Trx, secretId: string, projectIds: readonly string[]) {
  await trx.deleteFrom('secretProjects').where('secretId', '=', secretId).execute()
  if (projectIds.length === 0) return
  const links = [...new Set(projectIds)].map((projectId) => ({ secretId, projectId }))
  await trx.insertInto('secretProjects').values(links).execute()
}

/** Inserts a secret with its value, sealed for this row's id. */
export async function insertSecret(trx: Trx, row: SecretRow, value: SealedValue, projectIds: readonly string[]) {
  await insertRow(trx, row)
  await insertValue(trx, { secretId: row.id, ...value })
  if (projectIds.length > 0) await linkProjects(trx, row.id, projectIds)
}

const insertRow = compiled<Columns<SecretRow>>()((db, arg) =>
  db.insertInto('secrets').values({
    ...{ id: arg('id'), orgId: arg('orgId'), name: arg('name'), ownerId: arg('ownerId'), type: arg('type') },
    ...{ storeType: arg('storeType'), encryptedBy: arg('encryptedBy'), visibility: arg('visibility') },
    ...{ createdAt: arg('createdAt'), lastUpdatedAt: arg('lastUpdatedAt') },
  }),
)

const insertValue = compiled<Columns<Database['secretValues']>>()((db, arg) =>
  db
    .insertInto('secretValues')
    .values({ secretId: arg('secretId'), wrappedKey: arg('wrappedKey'), salt: arg('salt'), data: arg('data') }),
)

/** A row as the arguments of a compiled query. */
type Columns<Row> = { [Name in keyof Row]: Row[Name] }

export async function readValue(db: Reader, secretId: string): Promise<SealedValue> {
  const row = await sealedOf(db, { secretId })
  if (!row) throw new Error('The secret has no value')
  return {
    wrappedKey: Buffer.from(row.wrappedKey),
    salt: row.salt && Buffer.from(row.salt),
    data: Buffer.from(row.data),
  }
}

const sealedOf = compiledRow<{ secretId: string }>()((db, arg) =>
  db.selectFrom('secretValues').select(['wrappedKey', 'salt', 'data']).where('secretId', '=', arg('secretId')),
)

export async function writeValue(trx: Trx, secretId: string, value: SealedValue) {
  await trx
    .updateTable('secretValues')
    .set({ ...value })
    .where('secretId', '=', secretId)
    .execute()
}

export async function updateSecretRow(trx: Trx, { id, ...row }: SecretRow) {
  await trx.updateTable('secrets').set(row).where('id', '=', id).execute()
}

/** Unlinks the secret from its repositories, as a move does (concord-api §9.6). */
export async function clearRepositories(trx: Trx, secretId: string) {
  await trx.updateTable('repositories').set({ secretId: null }).where('secretId', '=', secretId).execute()
}

/** By the schema, this also deletes the value, links and access rows, and unlinks repositories. */
export async function deleteSecretRow(trx: Trx, secretId: string) {
  await trx.deleteFrom('secrets').where('id', '=', secretId).execute()
}

export const listTeamAccess = (db: Reader, secretId: string) =>
  db
    .selectFrom('secretTeamAccess as access')
    .innerJoin('teams', 'teams.id', 'access.teamId')
    .select(['teams.id as teamId', 'teams.name as teamName', 'access.level'])
    .where('access.secretId', '=', secretId)
    .orderBy('teams.name')
    .execute()

export interface TeamGrant {
  teamId: string
  level: AccessLevel
}

/**
 * Grants levels to teams, replacing existing ones. The last of several for one team counts. An unknown team violates
 * the foreign key, as in Concord.
 */
export async function upsertTeamAccess(trx: Trx, secretId: string, grants: readonly TeamGrant[]) {
  if (grants.length === 0) return
  await trx
    .insertInto('secretTeamAccess')
    .values(grants.map(({ teamId, level }) => ({ secretId, teamId, level })))
    .onConflict((conflict) =>
      conflict.columns(['secretId', 'teamId']).doUpdateSet((e) => ({ level: e.ref('excluded.level') })),
    )
    .execute()
}

export async function clearTeamAccess(trx: Trx, secretId: string) {
  await trx.deleteFrom('secretTeamAccess').where('secretId', '=', secretId).execute()
}

/** The error for a taken name. In updates it quotes the old name (concord-api §14, Q15). */
export const alreadyExists = (name: string) => validationError(`Secret already exists: ${name}`)
