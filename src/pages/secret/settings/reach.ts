import type { Organization, ResourceAccess, Secret } from '#api/types.ts'
import { ownerName } from './differences.ts'
import { count } from './words.ts'

/** Who can use a private secret (concord-api §9.3), in the words of a list. */
export function keepers(secret: Secret, org: Organization | undefined, access: ResourceAccess[]): string[] {
  const teams = access.map(({ teamId, teamName, level }) => `team ${teamName ?? teamId} (${level})`).sort()
  return [
    ...(secret.owner ? [`${ownerName(secret.owner)}, its owner`] : []),
    ...(org?.owner ? [`${ownerName(org.owner)}, the owner of ${secret.orgName}`] : []),
    ...teams,
    'administrators and system accounts',
  ]
}

/**
 * What the owner still may do after it was given to somebody else (concord-api §9.3): `acme-boss keeps everything, as
 * the owner of acme`. `isAdmin` is about the caller and so known only when the owner is the caller.
 */
export function ownerKeeps(
  { visibility, orgName, owner }: Secret,
  { org, access, isAdmin = false }: { org: Organization | undefined; access: unknown[] | undefined; isAdmin?: boolean },
): string {
  if (isAdmin) return 'everything, as an administrator'
  if (owner?.username && owner.username === org?.owner?.username && owner.userDomain === org.owner.userDomain)
    return `everything, as the owner of ${orgName}`
  const grants = access?.length ? `the grants to ${count(access.length, 'team')}` : 'grants to teams'
  if (visibility === 'PUBLIC') return `what a public secret lets everybody do and what ${grants} give`
  return access?.length === 0 ? 'nothing, for no team has a grant' : `only what ${grants} give`
}

/** Whether its value can be read out by everybody once it is public (concord-api §9.9, Q3, Q4). */
export function publicReach({ encryptedBy, projects, orgName }: Secret): string {
  if (encryptedBy === 'PASSWORD') return 'To read its value they need its store password as well.'
  if (projects.length === 0) return 'All of them can download its value: no store password and no project protects it.'
  return `Its limit to ${count(projects.length, 'project')} keeps them from downloading its value, but any member of ${orgName} can lift that limit.`
}
