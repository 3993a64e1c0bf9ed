import { listedOrgs } from '../access/listing.ts'
import { assertMember } from '../access/rules.ts'
import { keptRow } from '../db/compiled.ts'
import { type ListPage, pageByName } from '../db/filter.ts'
import { rawJsonColumn, writeJsonColumn } from '../db/json.ts'
import type { Reader, Trx } from '../db/open.ts'
import type { OrgRow, UserRow, Visibility } from '../db/schema.ts'
import { validationError } from '../errors.ts'
import { requireSmall } from '../http/listLimits.ts'
import { newId } from '../ids.ts'
import { nonNull } from '../json/omit.ts'
import type { Principal } from '../principal.ts'
import { ownersOf } from '../users/owner.ts'

export const findOrg = (db: Reader, name: string): Promise<OrgRow | undefined> => byName(db, { name })

const byName = keptRow<{ name: string }>()((db, arg) =>
  db.selectFrom('orgs').selectAll().where('name', '=', arg('name')),
)

/** `ORG(any)`: the organization must exist, nothing else. */
export async function requireOrg(db: Reader, orgName: string): Promise<OrgRow> {
  return (await findOrg(db, orgName)) ?? orgNotFound(orgName)
}

export async function requireOrgById(db: Reader, orgId: string): Promise<OrgRow> {
  return (await byId(db, { orgId })) ?? orgNotFound(orgId)
}

const byId = keptRow<{ orgId: string }>()((db, arg) => db.selectFrom('orgs').selectAll().where('id', '=', arg('orgId')))

/** `ORG(member)`: it exists and the caller belongs to it. */
export async function requireMember(db: Reader, who: Principal, orgName: string): Promise<OrgRow> {
  const org = await requireOrg(db, orgName)
  await assertMember(db, who, org)
  return org
}

function orgNotFound(nameOrId: string): never {
  throw validationError(`Organization not found: ${nameOrId}`)
}

/** The organizations that a user can see, by name. Reject keys without a user first. */
export async function listOrgs(db: Reader, who: Principal, page: ListPage & { onlyCurrent: boolean }) {
  const rows = await db
    .selectFrom('orgs')
    .selectAll()
    .where(listedOrgs(who, page.onlyCurrent))
    .$call(pageByName(page))
    .execute()
  return orgEntries(db, rows)
}

/**
 * How many secrets the organizations of a page of `listOrgs` have, for those whose lists show all of them to the user. The
 * numbers are there already, for the quotas: one look-up each.
 */
export async function countSecretsOfOrgs(db: Reader, who: Principal, page: ListPage & { onlyCurrent: boolean }) {
  const rows = await db
    .selectFrom('orgs')
    .leftJoin('orgUsage', 'orgUsage.orgId', 'orgs.id')
    .select(({ eb, fn, lit }) => [
      'orgs.id as orgId',
      eb
        .case()
        .when(listedOrgs(who, true))
        .then(fn.coalesce('orgUsage.secrets', lit(0)))
        .end()
        .as('secrets'),
    ])
    .where(listedOrgs(who, page.onlyCurrent))
    .$call(pageByName(page))
    .execute()
  return rows.filter(({ secrets }) => secrets !== null)
}

/** OrganizationEntry, as in every response and the audit log. */
export async function orgEntry(db: Reader, org: OrgRow) {
  const ownerOf = await ownersOf(db, [org])
  return entryOf(org, ownerOf(org))
}

async function orgEntries(db: Reader, orgs: OrgRow[]) {
  const ownerOf = await ownersOf(db, orgs)
  return orgs.map((org) => entryOf(org, ownerOf(org)))
}

function entryOf({ id, name, visibility, meta, cfg }: OrgRow, owner: object | undefined) {
  return nonNull({ id, name, owner, visibility, meta: rawJsonColumn(meta), cfg: rawJsonColumn(cfg) })
}

export interface NewOrg {
  name: string
  owner: UserRow
  visibility: Visibility
  meta: object | null | undefined
  cfg: object | null | undefined
}

/** Inserts an organization with its team `default`, which has the owner as OWNER. Returns the new id. */
export async function insertOrg(trx: Trx, { name, owner, visibility, meta, cfg }: NewOrg): Promise<string> {
  const orgId = newId()
  await trx
    .insertInto('orgs')
    .values({
      id: orgId,
      name,
      ownerId: owner.id,
      visibility,
      meta: requireSmall(writeJsonColumn(meta), 'meta'),
      cfg: requireSmall(writeJsonColumn(cfg), 'cfg'),
    })
    .execute()
  const teamId = newId()
  await trx.insertInto('teams').values({ id: teamId, orgId, name: 'default', description: 'Default team' }).execute()
  await trx.insertInto('teamUsers').values({ teamId, userId: owner.id, role: 'OWNER' }).execute()
  return orgId
}
