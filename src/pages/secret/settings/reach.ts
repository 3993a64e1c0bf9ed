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

/** Whether its value can be read out by everybody once it is public (concord-api §9.9, Q3, Q4). */
export function publicReach({ encryptedBy, projects, orgName }: Secret): string {
  if (encryptedBy === 'PASSWORD') return 'To read its value they need its store password as well.'
  if (projects.length === 0) return 'All of them can download its value: no store password and no project protects it.'
  return `Its limit to ${count(projects.length, 'project')} keeps them from downloading its value, but any member of ${orgName} can lift that limit.`
}
