import type { Organization, ResourceAccess, Secret, Team } from '#api/types.ts'
import { grantItems, type Item } from './items.ts'
import { isUser, ownerName } from './people.ts'
import { count } from './words.ts'

type Keepers = { org: Organization | undefined; access: ResourceAccess[]; teams: Team[] | undefined }

/** Who can use a private secret (concord-api §9.3), in the words of a list. */
export const keepers = ({ owner, orgName }: Secret, { org, access, teams }: Keepers): Item[] => [
  ...(owner ? [{ id: 'owner', text: `${ownerName(owner)}, its owner` }] : []),
  ...(org?.owner ? [{ id: 'org owner', text: `${ownerName(org.owner)}, the owner of ${orgName}` }] : []),
  ...grantItems(access, orgName, teams).map(({ id, text }) => ({ id, text: `team ${text}` })),
  { id: 'system', text: 'administrators and system accounts' },
]

/**
 * What the owner still may do after it was given to somebody else (concord-api §9.3): `acme-boss keeps everything, as
 * the owner of acme`. `isAdmin` is about the caller and so known only when the owner is the caller.
 */
export function ownerKeeps(
  { visibility, orgName, owner }: Secret,
  { org, access, isAdmin = false }: { org: Organization | undefined; access: unknown[] | undefined; isAdmin?: boolean },
): string {
  if (isAdmin) return 'everything, as an administrator'
  if (isUser(owner, org?.owner)) return `everything, as the owner of ${orgName}`
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
