import type { AuditEntry, EntityOwner, Organization, ResourceAccess, Secret, Team } from '#api/types.ts'
import { isUser, ownerName } from '#api/users.ts'
import { count, listed } from '#ui/words.ts'
import { levelWord } from './rights.ts'
import type { Usage, Use } from './usage.ts'

/*
 * Sentences and lists about a secret: what an act affects, who can use it, what is different now.
 */

/** One line of what an act affects. Names alone are not unique: every organization has a team `default`. */
export type Item = { id: string; text: string }

/** `shop › site`, and the organization if that is not `orgName`. */
export const repositoryItems = (uses: Use[], orgName: string): Item[] =>
  uses.map(({ id, name, ...project }) => ({ id, text: `${projectText(project, orgName)} › ${name}` }))

/** Projects whose repositories cannot be read. */
export const hiddenItems = ({ hiddenProjects }: Usage, orgName: string): Item[] =>
  hiddenProjects.map((project) => {
    const text = projectText(project, orgName)
    return { id: text, text }
  })

const projectText = (project: { projectName: string; orgName: string }, orgName: string) =>
  project.orgName === orgName ? project.projectName : `${project.orgName} / ${project.projectName}`

/** Projects of one organization, by name. */
export const projectItems = (projects: { id: string; name: string }[]): Item[] =>
  projects.map(({ id, name }) => ({ id, text: name })).sort(byText)

/**
 * Grants to teams: `devs (Writer)`, and the organization if that is not `orgName`. A grant does not name it
 * (concord-api §9.7), so it is looked up in `teams`; without those nothing is said about it.
 */
export function grantItems(grants: ResourceAccess[], orgName: string, teams: Team[] | undefined): Item[] {
  function whose(teamId: string) {
    if (!teams) return ''
    const home = teams.find(({ id }) => id === teamId)?.orgName
    return home === orgName ? '' : ` of ${home ?? 'another organization'}`
  }
  return grants
    .map(({ teamId, teamName, level }) => ({
      id: teamId,
      text: `${teamName ?? teamId}${whose(teamId)} (${levelWord[level]})`,
    }))
    .sort(byText)
}

const byText = (a: Item, b: Item) => a.text.localeCompare(b.text)

/** `3 repositories`, or `at least 3 repositories`. */
export const repositoryCount = ({ total, more }: Pick<Usage, 'total' | 'more'>) =>
  `${more ? 'at least ' : ''}${count(total, 'repository', 'repositories')}`

type Keepers = { org: Organization | undefined; access: ResourceAccess[]; teams: Team[] | undefined }

/** Who can use a private secret (concord-api §9.3). */
export const keepers = ({ owner, orgName }: Secret, { org, access, teams }: Keepers): Item[] => [
  ...(owner ? [{ id: 'owner', text: `${ownerName(owner)}, its owner` }] : []),
  ...(org?.owner ? [{ id: 'org owner', text: `${ownerName(org.owner)}, the owner of ${orgName}` }] : []),
  ...grantItems(access, orgName, teams).map(({ id, text }) => ({ id, text: `team ${text}` })),
  { id: 'system', text: 'administrators and system accounts' },
]

/**
 * What the owner may still do after giving it to somebody else (concord-api §9.3): `acme-boss keeps everything, as
 * the owner of acme`. `isAdmin` is about the caller, so it is known only when the caller is the owner.
 */
export function ownerKeeps(
  { visibility, orgName, owner }: Secret,
  { org, access, isAdmin = false }: { org: Organization | undefined; access: unknown[] | undefined; isAdmin?: boolean },
): string {
  if (isAdmin) return 'everything, as an administrator'
  if (isUser(owner, org?.owner)) return `everything, as the owner of ${orgName}`
  const grants = access?.length ? `the grants to ${count(access.length, 'team')}` : 'grants to teams'
  if (visibility === 'PUBLIC') return `what a public secret allows everybody to do and what ${grants} give`
  return access?.length === 0 ? 'nothing, because no team has a grant' : `only what ${grants} give`
}

/** Whether everybody can read its value once it is public (concord-api §9.9, Q3, Q4). */
export function publicReach({ encryptedBy, projects, orgName }: Secret): string {
  if (encryptedBy === 'PASSWORD') return 'To read its value they need its store password as well.'
  if (projects.length === 0) return 'All of them can download its value: no store password and no project protects it.'
  return `Its limit to ${count(projects.length, 'project')} keeps them from downloading its value, but any member of ${orgName} can lift that limit.`
}

/** What became different between two readings of a secret, as one sentence; undefined if nothing did. */
export function differences(before: Secret, now: Secret): string | undefined {
  const text = listed(differencesOf(before, now))
  return text ? `${text.charAt(0).toUpperCase()}${text.slice(1)}.` : undefined
}

function differencesOf(before: Secret, now: Secret): string[] {
  if (before.id !== now.id) return ['another secret has this name now']
  const found: string[] = []
  if (before.orgName !== now.orgName) found.push(`it is in ${now.orgName} now`)
  if (before.name !== now.name) found.push(`its name is ${now.name} now`)
  if (before.visibility !== now.visibility)
    found.push(`it is ${now.visibility.toLowerCase()} now (it was ${before.visibility.toLowerCase()})`)
  if (identity(before.owner) !== identity(now.owner)) found.push(`its owner is ${ownerName(now.owner)} now`)
  if (projectIds(before) !== projectIds(now))
    found.push(
      now.projects.length
        ? `only ${listed(now.projects.map(({ name }) => name).sort())} may use it now`
        : `every project of ${now.orgName} may use it now`,
    )
  return found
}

/** In the audit log a user is named by what they sign in with: display names are not unique. */
export const loginOf = ({ username, displayName, id }: EntityOwner) => username ?? displayName ?? id

/** Who did what an entry of the audit log says. */
export const actorOf = ({ user }: AuditEntry) => (user ? (loginOf(user) ?? 'somebody') : 'the system or a deleted user')

const identity = (owner: EntityOwner | undefined) => owner?.id ?? owner?.username

const projectIds = ({ projects }: Secret) =>
  projects
    .map(({ id }) => id)
    .sort()
    .join()
