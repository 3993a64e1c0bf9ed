import { sql } from 'kysely'
import { listedOrgs, memberOfOrg, readableProject } from '../access/listing.ts'
import { isSecretGranted } from '../access/rules.ts'
import { readAudit } from '../auditLog/list.ts'
import type { Reader } from '../db/open.ts'
import type { OrgRow, SecretRow } from '../db/schema.ts'
import type { Principal } from '../principal.ts'

/*
 * What uses a secret, as far as a user may know. In projects that they cannot read, it is only a number; a project has
 * a name there only if Concord's list of projects shows it to them.
 */

/** More repositories of one secret are not looked at: nothing else runs during a statement. */
export const MAX_COUNTED = 10_000
/** At most so many repositories, and so many projects, have a name in a response. */
export const MAX_NAMED = 1_000

interface RepositoryName {
  id: string
  name: string
  projectName: string
  orgName: string
}

interface Part {
  /** How many repositories the caller can read. `repositories` has the first `MAX_NAMED` of them. */
  readable: number
  repositories: RepositoryName[]
  /** How many more there are. `hiddenProjects` has those of their projects that the caller may know of. */
  hidden: number
  hiddenProjects: { projectName: string; orgName: string }[]
}

/** The repositories of the secret's own organization, and of others, which use it by its id. */
export async function findUsage(db: Reader, who: Principal, org: OrgRow, secret: SecretRow) {
  const counts = await countQuery(db, who, org, secret).execute()
  const repositories = await repositoryQuery(db, who, org, secret).execute()
  const projects = await hiddenProjectQuery(db, who, org, secret).execute()
  const part = (isHere: boolean): Part => {
    const mine = ({ orgName }: { orgName: string }) => (orgName === org.name) === isHere
    const numberOf = (visible: 0 | 1) =>
      counts.find((row) => row.isHere === Number(isHere) && row.isVisible === visible)?.repositories ?? 0
    return {
      readable: numberOf(1),
      repositories: repositories.filter(mine),
      hidden: numberOf(0),
      hiddenProjects: projects.filter(mine),
    }
  }
  return {
    here: part(true),
    elsewhere: part(false),
    /** False if there may be more. */
    complete: counts.reduce((sum, row) => sum + row.repositories, 0) < MAX_COUNTED,
  }
}

/** How many repositories, by whether they are of this organization and whether the caller can see them. */
export const countQuery = (db: Reader, who: Principal, org: OrgRow, secret: SecretRow) =>
  using(db, secret)
    .select(({ fn }) => [
      sql<0 | 1>`orgs.id = ${org.id}`.as('isHere'),
      sql<0 | 1>`${visible(who, org)}`.as('isVisible'),
      fn.countAll<number>().as('repositories'),
    ])
    .groupBy(['isHere', 'isVisible'])

export const repositoryQuery = (db: Reader, who: Principal, org: OrgRow, secret: SecretRow) =>
  using(db, secret)
    .select(['used.id', 'used.name', 'projects.name as projectName', 'orgs.name as orgName'])
    .where(visible(who, org))
    .orderBy(sql`orgs.id = ${org.id}`, 'desc')
    .orderBy('orgs.name')
    .orderBy('projects.name')
    .orderBy('used.name')
    .limit(MAX_NAMED)

/** Projects that the caller cannot read, but that the list of their organization shows to its members. */
export const hiddenProjectQuery = (db: Reader, who: Principal, org: OrgRow, secret: SecretRow) =>
  using(db, secret)
    .select(['projects.name as projectName', 'orgs.name as orgName'])
    .distinct()
    .where(({ not }) => not(visible(who, org)))
    .where(memberOfOrg(who))
    .orderBy('orgName')
    .orderBy('projectName')
    .limit(MAX_NAMED)

/** Projects that the caller can read. One of another organization would name that, which they may not know of. */
const visible = (who: Principal, org: OrgRow) =>
  sql<boolean>`(${readableProject(who)} AND (orgs.id = ${org.id} OR ${listedOrgs(who, false)}))`

const using = (db: Reader, secret: SecretRow) =>
  db
    .selectFrom((from) =>
      from
        .selectFrom('repositories')
        .select(['id', 'name', 'projectId'])
        .where('secretId', '=', secret.id)
        .limit(MAX_COUNTED)
        .as('used'),
    )
    .innerJoin('projects', 'projects.id', 'used.projectId')
    .innerJoin('orgs', 'orgs.id', 'projects.orgId')

/**
 * The last time that its value was read, for those who may read its entries in the audit log; undefined for others.
 * Without an entry, the log has none: it does not keep them forever.
 */
export async function findLastUse(db: Reader, who: Principal, secret: SecretRow, signal?: AbortSignal) {
  if (!(await isSecretGranted(db, who, secret, 'READER', 'strict'))) return undefined
  const filter = {
    ...({ object: 'SECRET', action: 'ACCESS', details: { secretId: secret.id }, offset: 0, limit: 1 } as const),
    ...{ userId: undefined, own: undefined, after: undefined, before: undefined },
  }
  for await (const [entry] of readAudit(db, filter, signal)) if (entry) return { entry }
  return {}
}
