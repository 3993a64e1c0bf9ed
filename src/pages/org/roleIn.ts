import type { Organization, TeamRole, UserInfo, Whoami } from '#api/types.ts'
import { isUser } from '#api/users.ts'
import { isAdmin } from '#concord/rights.ts'

const WORDS: Record<TeamRole, string> = { OWNER: 'Team owner', MAINTAINER: 'Maintainer', MEMBER: 'Member' }
const STRONGEST: TeamRole[] = ['OWNER', 'MAINTAINER', 'MEMBER']

type Reader = { whoami: Whoami; userInfo: UserInfo | null | undefined }

/** What the user is in an organization: the strongest there is. Empty for a stranger. */
export function roleIn(org: Organization, { whoami, userInfo }: Reader): string {
  if (isUser(org.owner, whoami)) return 'Owner'
  const roles = userInfo?.teams?.filter(({ orgName }) => orgName === org.name).map(({ role }) => role)
  const strongest = STRONGEST.find((role) => roles?.includes(role))
  if (strongest) return WORDS[strongest]
  // Through an LDAP group, or on a Concord that does not list the user's teams.
  if (whoami.orgs?.some(({ id }) => id === org.id)) return WORDS.MEMBER
  return isAdmin(userInfo) ? 'Administrator' : ''
}
