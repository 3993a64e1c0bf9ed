import { useQuery } from '@tanstack/react-query'
import { organizationQuery } from '#api/orgs.ts'
import { refOf, secretAccessQuery } from '#api/secrets.ts'
import { userInfoQuery, whoamiQuery } from '#api/session.ts'
import { teamListQuery } from '#api/teams.ts'
import type { AccessLevel, Organization, ResourceAccess, Secret, Team, UserInfo, Whoami } from '#api/types.ts'
import { isUser } from '#api/users.ts'

/** From least to most. */
export const LEVELS: AccessLevel[] = ['READER', 'WRITER', 'OWNER']

export const levelWord: Record<AccessLevel, string> = { READER: 'Reader', WRITER: 'Writer', OWNER: 'Owner' }

/** To compare two levels; no grant at all is 0. */
export const rank = (level: AccessLevel | undefined) => (level ? LEVELS.indexOf(level) + 1 : 0)

/** The roles that count for a secret; a server may have others. */
type Role = 'concordAdmin' | 'concordSystemReader' | 'concordSystemWriter'

/** As `userInfoQuery` has it: null on servers without it, undefined while it is not read. */
type Caller = UserInfo | null | undefined

const hasRole = (caller: Caller, role: Role) => caller?.roles?.includes(role) ?? false

export const isAdmin = (caller: Caller) => hasRole(caller, 'concordAdmin')

/** A member of every organization for Concord (concord-api §1.1), who may read every secret (concord-api §9.3). */
export const belongsEverywhere = (caller: Caller) =>
  isAdmin(caller) || hasRole(caller, 'concordSystemReader') || hasRole(caller, 'concordSystemWriter')

/** What the console knows of a right before the request; `unknown` never blocks anything. */
export type Right = {
  verdict: 'yes' | 'no' | 'unknown'
  why: string
  /** There when no grant would help: only a member may do it. */
  missing?: 'membership'
}

export type RightFacts = {
  secret: Secret
  whoami: Whoami
  userInfo: Caller
  org: Organization | undefined
  /** Undefined when it could not be read. */
  access: ResourceAccess[] | undefined
  /** Of the secret's organization, and of others where they were read: shows which grants are the caller's. */
  teams: Team[] | undefined
}

/**
 * Concord's rule for one secret (concord-api §9.2, §9.3), from what the caller can see. To change a secret everybody,
 * even its owner, must belong to its organization. A PUBLIC secret gives WRITER to all of its members, but not OWNER.
 */
export function rightTo(level: AccessLevel, facts: RightFacts): Right {
  const { secret, org } = facts
  const right = rightToSecret(level, facts)
  if (level === 'READER') return right
  const isMember = membership(facts)
  if (isMember === 'yes') return right
  const ask = org?.owner?.username ? ` Ask its owner ${org.owner.username} to add you to a team.` : ''
  if (isMember === 'no')
    return {
      verdict: 'no',
      why: `You are not a member of ${secret.orgName}: only its members can do this.${ask}`,
      missing: 'membership',
    }
  const { verdict, why } = right
  if (verdict !== 'yes') return right
  return { verdict: 'unknown', why: `${why} The console cannot see whether you are a member of ${secret.orgName}.` }
}

function rightToSecret(level: AccessLevel, facts: RightFacts): Right {
  const { secret, whoami, userInfo, org, access } = facts
  if (isAdmin(userInfo)) return { verdict: 'yes', why: 'You are an administrator.' }
  if (isUser(secret.owner, whoami)) return { verdict: 'yes', why: 'You own this secret.' }
  if (isUser(org?.owner, whoami)) return { verdict: 'yes', why: `You own the organization ${secret.orgName}.` }
  if (level !== 'OWNER' && hasRole(userInfo, 'concordSystemWriter'))
    return { verdict: 'yes', why: 'You have the system writer role.' }
  if (level === 'READER' && hasRole(userInfo, 'concordSystemReader'))
    return { verdict: 'yes', why: 'You have the system reader role.' }
  if (level !== 'OWNER' && secret.visibility === 'PUBLIC')
    return {
      verdict: 'yes',
      why: level === 'READER' ? 'It is public.' : `It is public: every member of ${secret.orgName} may change it.`,
    }

  const mine = access && userInfo ? myGrants(facts) : undefined
  const enough = mine?.find((grant) => rank(grant.level) >= rank(level))
  if (enough) return { verdict: 'yes', why: `Your team ${enough.teamName} has ${levelWord[enough.level]} access.` }

  const missing = `Needs ${levelWord[level]} access to this secret${ownerWords(secret)}`
  // Teams that come through a directory group are not in userInfo (concord-api §4.1).
  if (mine && whoami.realm === 'internal' && !mayBeMine(facts, level)) return { verdict: 'no', why: `${missing}.` }
  return { verdict: 'unknown', why: `${missing}; the console cannot see whether you have it.` }
}

/** Concord's `ORG(member)` (concord-api §1.1). `whoami` also knows of teams that come through a directory group. */
function membership({ secret, whoami, userInfo, org }: RightFacts): 'yes' | 'no' | 'unknown' {
  if (whoami.orgs?.some(({ name }) => name === secret.orgName)) return 'yes'
  if (belongsEverywhere(userInfo)) return 'yes'
  if (isUser(org?.owner, whoami)) return 'yes'
  return userInfo && org ? 'no' : 'unknown'
}

/** The grants to teams that the caller is a direct member of. */
export function myGrants({ userInfo, access = [], teams = [] }: RightFacts): ResourceAccess[] {
  const names = new Set(userInfo?.teams?.map((team) => `${team.orgName}/${team.teamName}`))
  const ids = new Set(teams.filter((team) => names.has(`${team.orgName}/${team.name}`)).map((team) => team.id))
  return access.filter((grant) => ids.has(grant.teamId))
}

/** Grants survive a move: one to a team that is not known here may be to the caller's own team of that name. */
function mayBeMine({ userInfo, access = [], teams = [], secret }: RightFacts, level: AccessLevel) {
  const elsewhere = userInfo?.teams?.filter(({ orgName }) => orgName !== secret.orgName) ?? []
  return access.some(
    (grant) =>
      rank(grant.level) >= rank(level) &&
      !teams.some(({ id }) => id === grant.teamId) &&
      elsewhere.some(({ teamName }) => teamName === grant.teamName),
  )
}

const ownerWords = ({ owner }: Secret) => (owner?.username ? `: ask its owner ${owner.username}` : '')

/** `undefined` while it is being looked up. */
export function useRight(level: AccessLevel, secret: Secret): Right | undefined {
  const facts = useRightFacts(secret)
  return facts && rightTo(level, facts)
}

export function useRightFacts(secret: Secret): RightFacts | undefined {
  const ref = refOf(secret)
  const whoami = useQuery(whoamiQuery).data
  const userInfo = useQuery(userInfoQuery)
  const org = useQuery(organizationQuery(ref))
  const access = useQuery(secretAccessQuery(ref))
  const teams = useQuery(teamListQuery(ref))
  if (!whoami || [userInfo, org, access, teams].some((query) => query.isPending)) return undefined
  return {
    secret,
    whoami,
    userInfo: userInfo.data,
    org: org.data,
    access: access.data,
    teams: teams.data,
  }
}
