import { readListColumn } from '../db/json.ts'
import type { Reader } from '../db/open.ts'
import type { AccessLevel, OrgRow, ProjectRow, SecretRow, TeamRole } from '../db/schema.ts'
import { denial, forbidden, javaError } from '../errors.ts'
import { isAdmin, isSystemReader, isSystemWriter, type Principal, userOf } from '../principal.ts'
import { isInOrg, levelsOf, tiesTo } from './membership.ts'

/*
 * Permissions: concord-api §1.1 and §9.3, Concord's OrganizationManager, SecretManager, ProjectAccessManager and
 * TeamManager. No other file decides. Every function takes the connection to use, so that a check and the write that it
 * guards can share a transaction.
 */

/** `open`: PUBLIC grants access to everybody. `strict`: it grants READER to members of the organization only. */
type Mode = 'open' | 'strict'

/** The facts that the rules are based on. */
interface Facts {
  admin: boolean
  systemReader: boolean
  systemWriter: boolean
  /** The user owns the secret or the project. */
  owner: boolean
  /** The user owns its organization. */
  orgOwner: boolean
  /** The user is in any team of that organization, with any role. */
  orgMember: boolean
  public: boolean
  /** The highest level granted to one of the caller's teams. */
  team: AccessLevel | undefined
}

type Grant = AccessLevel | 'team' | undefined
type Rule = [holds: (f: Facts) => unknown, open: Grant, strict: Grant]

/** concord-api §9.3, row by row: who it applies to, and the highest level it grants in each mode. */
// biome-ignore format: it reads as a table
const SECRET_RULES: Rule[] = [
  //                                open      strict
  [(f) => f.admin,                  'OWNER',  'OWNER'],
  [(f) => f.systemReader,           'READER', 'READER'],
  [(f) => f.systemWriter,           'WRITER', 'WRITER'],
  [(f) => f.owner,                  'OWNER',  'OWNER'],
  [(f) => f.public && f.orgMember,  'READER', 'READER'],
  [(f) => f.orgOwner,               'OWNER',  'OWNER'],
  [(f) => f.public,                 'OWNER',  undefined],
  [(f) => f.team,                   'team',   'team'],
]

/** Projects (concord-api §6): like secrets, but PUBLIC never grants more than READER. */
// biome-ignore format: it reads as a table
const PROJECT_RULES: Rule[] = [
  //                                open      strict
  [(f) => f.admin,                  'OWNER',  'OWNER'],
  [(f) => f.systemReader,           'READER', 'READER'],
  [(f) => f.systemWriter,           'WRITER', 'WRITER'],
  [(f) => f.owner,                  'OWNER',  'OWNER'],
  [(f) => f.public && f.orgMember,  'READER', 'READER'],
  [(f) => f.orgOwner,               'OWNER',  'OWNER'],
  [(f) => f.public,                 'READER', undefined],
  [(f) => f.team,                   'team',   'team'],
]

const RANK: Record<AccessLevel, number> = { READER: 1, WRITER: 2, OWNER: 3 }

function granted(rules: Rule[], facts: Facts, level: AccessLevel, mode: Mode): boolean {
  return rules.some(([holds, open, strict]) => {
    if (!holds(facts)) return false
    const grant = mode === 'open' ? open : strict
    const highest = grant === 'team' ? facts.team : grant
    return highest !== undefined && RANK[highest] >= RANK[level]
  })
}

/** `SECRET(level, mode)`. Throws Concord's 403. The caller handles a secret that does not exist. */
export async function requireSecret(db: Reader, who: Principal, secret: SecretRow, level: AccessLevel, mode: Mode) {
  const requireThis = await secretGuard(db, who, [secret], level, mode)
  requireThis(secret)
}

/** The same for several secrets, with the queries of one: the returned function throws for one that isn't permitted. */
export async function secretGuard(
  db: Reader,
  who: Principal,
  secrets: readonly SecretRow[],
  level: AccessLevel,
  mode: Mode,
): Promise<(secret: SecretRow) => void> {
  userOf(who)
  if (secrets.length === 0) return () => undefined
  const factsOf = await factsReader(db, who, 'secrets', secrets)
  return (secret) => {
    if (granted(SECRET_RULES, factsOf(secret), level, mode)) return
    throw forbidden(`The current user doesn't have the necessary access level (${level}) to the secret: ${secret.name}`)
  }
}

/** The same as a question, for what is left out without it. */
export async function isSecretGranted(db: Reader, who: Principal, secret: SecretRow, level: AccessLevel, mode: Mode) {
  const factsOf = await factsReader(db, who, 'secrets', [secret])
  return granted(SECRET_RULES, factsOf(secret), level, mode)
}

/**
 * The value of a secret that is linked to projects can be downloaded by processes of these projects and system readers,
 * but not by admins or the secret's owner (SecretManager#assertProjectScope, concord-api §9.9).
 */
export function requireProjectScope(who: Principal, secret: SecretRow, projectIds: readonly string[]) {
  if (projectIds.length === 0 || isSystemReader(who)) return
  if (who.process && projectIds.includes(who.process.projectId)) return
  const where = who.process ? 'the project they belong to' : 'a running process'
  throw forbidden(`Project-scoped secrets can only be accessed within ${where}. Secret: ${secret.name}`)
}

/** A token that could open further sessions would never have to end. */
export function requireProcessSessionStart(who: Principal) {
  if (who.process) throw forbidden('A process session cannot open another one')
}

/** The right needed to open a process session, and to use its token. */
export async function requireProcessProject(db: Reader, who: Principal, projectId: string) {
  const project = await db.selectFrom('projects').selectAll().where('id', '=', projectId).executeTakeFirstOrThrow()
  await requireProject(db, who, project, 'WRITER', 'strict')
}

/** The user who opened a process session, also with its own token, and admins. */
export function requireProcessSessionEnd(who: Principal, session: { userId: string }) {
  if (isAdmin(who) || userOf(who).id === session.userId) return
  throw forbidden(`The current user (${nameOf(who)}) did not open this process session`)
}

/** Concord decrypts for anyone who knows the id of a process; here the process's token is required. */
export function requireThisProcess(who: Principal, instanceId: string) {
  if (who.process?.instanceId === instanceId) return
  throw forbidden('Only the process itself can do that, with its session token')
}

/** The rule for a project; throws Concord's 403. */
export async function requireProject(db: Reader, who: Principal, project: ProjectRow, level: AccessLevel, mode: Mode) {
  const requireThis = await projectGuard(db, who, [project], level, mode)
  requireThis(project)
}

/**
 * The same for several projects, with the queries of one: the returned function throws for one that isn't permitted.
 */
export async function projectGuard(
  db: Reader,
  who: Principal,
  projects: readonly ProjectRow[],
  level: AccessLevel,
  mode: Mode,
): Promise<(project: ProjectRow) => void> {
  userOf(who)
  if (projects.length === 0) return () => undefined
  const factsOf = await factsReader(db, who, 'projects', projects)
  return (project) => {
    if (granted(PROJECT_RULES, factsOf(project), level, mode)) return
    throw forbidden(
      `The current user (${nameOf(who)}) doesn't have the necessary access level (${level}) to the project: ${project.name}`,
    )
  }
}

export async function assertMember(db: Reader, who: Principal, org: OrgRow): Promise<void> {
  if (await belongsTo(db, who, org)) return
  throw forbidden(`The current user (${nameOf(who)}) doesn't belong to the specified organization: ${org.name}`)
}

/** Admins and the system roles: lists show them everything. */
export const seesEverything = (who: Principal) => isAdmin(who) || isSystemReader(who) || isSystemWriter(who)

/** Whether `ORG(member)` holds: admins, system roles, the owner and everybody in a team. */
export async function belongsTo(db: Reader, who: Principal, org: OrgRow): Promise<boolean> {
  if (seesEverything(who)) return true
  userOf(who)
  return isOrgOwner(who, org) || isOrgMember(db, who, org.id)
}

export const isOrgMember = async (db: Reader, { user }: Principal, orgId: string): Promise<boolean> =>
  user !== undefined && (await isInOrg(db, orgId, user.id))

export const isOrgOwner = ({ user }: Principal, org: OrgRow) => user !== undefined && org.ownerId === user.id

/** Concord's 403 for admin endpoints. */
export function requireAdmin(who: Principal) {
  if (!isAdmin(who)) throw forbidden('Only admins can do that')
}

/** The permissions of Concord's roles (concord-api §5, §10). */
type Permission = 'createOrg' | 'updateOrg' | 'apiKeySpecifyValue'

async function hasPermission(db: Reader, { roles }: Principal, permission: Permission): Promise<boolean> {
  if (roles.size === 0) return false
  const rows = await db
    .selectFrom('roles')
    .select('permissions')
    .where('name', 'in', [...roles])
    .execute()
  return rows.some((row) => readListColumn(row.permissions).includes(permission))
}

/** OrganizationManager throws Shiro's own exception, which Concord turns into a 500 (concord-api §14 Q21). */
const shiroDenial = (message: string) => denial(javaError('org.apache.shiro.authz.AuthorizationException', message))

export async function requireOrgCreation(db: Reader, who: Principal) {
  if (await hasPermission(db, who, 'createOrg')) return
  throw shiroDenial("Only roles with 'createOrg' permission are allowed to update organizations")
}

export async function requireOrgUpdate(db: Reader, who: Principal, org: OrgRow) {
  userOf(who)
  if (isOrgOwner(who, org) || (await hasPermission(db, who, 'updateOrg'))) return
  throw shiroDenial("Only roles with 'updateOrg' permission are allowed to update organizations")
}

export function requireOrgDeletion(who: Principal) {
  if (!isAdmin(who)) throw shiroDenial('Only admins are allowed to update organizations')
}

/** A user's whole entry is for the user, admins and system readers. */
export function requireUserRead(who: Principal, userId: string) {
  if (userOf(who).id === userId || isAdmin(who) || isSystemReader(who)) return
  throw forbidden('Users can only view their own information or must have admin privileges.')
}

/** API keys are for their user and admins. */
export function requireApiKeysOf(who: Principal, userId: string) {
  if (isAdmin(who) || userOf(who).id === userId) return
  throw forbidden('Operation is not permitted')
}

/**
 * A process token cannot manage API keys, sessions and passwords: it must end with its process, but a key would outlive
 * it, and it could sign its user out. It can end itself (`requireProcessSessionEnd`). Concord allows it to create keys.
 */
export function requireLastingLogin(who: Principal, what = 'API keys') {
  if (who.process) throw forbidden(`Processes are not allowed to manage ${what}`)
}

/**
 * Users cannot change their own password with an API key, which would make the key as powerful as the password (and
 * could lock the user out), or with a process token. Returns the id of the session, which continues.
 */
export function requireSignedIn(who: Principal): string {
  requireLastingLogin(who, 'passwords')
  if (who.sessionId !== undefined) return who.sessionId
  throw forbidden('Changing a password needs a session: sign in with the username and the password first')
}

/** Sessions are for their user and admins. */
export function requireSessionsOf(who: Principal, userId: string) {
  requireLastingLogin(who, 'sessions')
  if (isAdmin(who) || userOf(who).id === userId) return
  throw forbidden('Only admins can see and end the sessions of others')
}

/** Whether the caller may choose a key's value instead of having it generated. */
export async function requireOwnApiKeyValue(db: Reader, who: Principal) {
  if (await hasPermission(db, who, 'apiKeySpecifyValue')) return
  throw forbidden('Not allowed to specify the API key value.')
}

export function requireApiKeyWithoutUser(who: Principal) {
  if (!isAdmin(who)) throw shiroDenial('Only admins are allowed to create API keys without users')
}

/** The whole audit log, without a filter by an entity that the caller can read. */
export function requireWholeAuditLog(who: Principal) {
  if (!isAdmin(who)) throw forbidden('Only admins can retrieve audit events without filtering by entity.')
}

const TEAM_RANK: Record<TeamRole, number> = { MEMBER: 1, MAINTAINER: 2, OWNER: 3 }

/**
 * Requires an admin, the owner of the organization, or at least that role, in one team or in any team of the
 * organization.
 */
export async function requireTeamRole(db: Reader, who: Principal, org: OrgRow, role: TeamRole, teamId?: string) {
  if (isAdmin(who) || isOrgOwner(who, org)) return
  const rows = await db
    .selectFrom('userTeams')
    .select(['role', 'teamId'])
    .where('userId', '=', who.user?.id ?? '')
    .where('orgId', '=', org.id)
    .execute()
  if (rows.some((row) => (!teamId || row.teamId === teamId) && TEAM_RANK[row.role] >= TEAM_RANK[role])) return
  throw forbidden(`The current user (${nameOf(who)}) does not have the required role: ${role}`)
}

/** Reads the facts for several entities at once. */
async function factsReader<E extends SecretRow | ProjectRow>(
  db: Reader,
  who: Principal,
  table: keyof typeof tiesTo,
  entities: readonly E[],
): Promise<(entity: E) => Facts> {
  const wanted = entities.map(({ id, orgId }) => ({ id, orgId }))
  const rows = await tiesTo[table](db, { entities: JSON.stringify(wanted), userId: who.user?.id ?? '' })
  const ties = new Map(rows.map((row) => [row.id, row]))
  return (entity) => {
    const found = ties.get(entity.id)
    if (!found) throw new Error('The guard was made for other entities')
    return {
      admin: isAdmin(who),
      systemReader: isSystemReader(who),
      systemWriter: isSystemWriter(who),
      owner: who.user !== undefined && entity.ownerId === who.user.id,
      orgOwner: who.user !== undefined && found.orgOwnerId === who.user.id,
      orgMember: Boolean(found.orgMember),
      public: entity.visibility === 'PUBLIC',
      team: highestOf(levelsOf(found)),
    }
  }
}

const highestOf = (levels: readonly AccessLevel[]) =>
  levels.reduce<AccessLevel | undefined>(
    (highest, level) => (highest === undefined || RANK[level] > RANK[highest] ? level : highest),
    undefined,
  )

const nameOf = (who: Principal) => userOf(who).username
