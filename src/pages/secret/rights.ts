import { useQuery } from '@tanstack/react-query'
import { organizationQuery } from '#api/orgs.ts'
import { secretAccessQuery } from '#api/secrets.ts'
import { userInfoQuery, whoamiQuery } from '#api/session.ts'
import { teamListQuery } from '#api/teams.ts'
import type { AccessLevel, Organization, ResourceAccess, Secret, Team, UserInfo, Whoami } from '#api/types.ts'

/** What a console can know of a right before the server is asked: `unknown` is never a reason to stop anybody. */
export type Right = { verdict: 'yes' | 'no' | 'unknown'; why: string }

export type RightFacts = {
  secret: Secret
  whoami: Whoami
  /** null on servers without it, undefined while it is not read. */
  userInfo: UserInfo | null | undefined
  org: Organization | undefined
  /** Undefined when it could not be read. */
  access: ResourceAccess[] | undefined
  /** Of the secret's organization, and of others where they were read: tells which grants are the caller's. */
  teams: Team[] | undefined
}

const RANK: Record<AccessLevel, number> = { READER: 1, WRITER: 2, OWNER: 3 }

/**
 * Concord's rule for one secret (concord-api §9.3), from what the caller can see. WRITER is asked in Concord's open
 * way, where PUBLIC grants everything to members of the organization; OWNER strictly.
 */
export function rightTo(level: 'WRITER' | 'OWNER', facts: RightFacts): Right {
  const { secret, whoami, userInfo, org, access } = facts
  const roles = userInfo?.roles ?? []
  if (roles.includes('concordAdmin')) return { verdict: 'yes', why: 'You are an administrator.' }
  if (secret.owner?.username === whoami.username && secret.owner.userDomain === whoami.userDomain)
    return { verdict: 'yes', why: 'You own this secret.' }
  if (org?.owner?.username === whoami.username && org.owner.userDomain === whoami.userDomain)
    return { verdict: 'yes', why: `You own the organization ${secret.orgName}.` }
  if (level === 'WRITER' && roles.includes('concordSystemWriter'))
    return { verdict: 'yes', why: 'You have the role of a system writer.' }
  if (level === 'WRITER' && secret.visibility === 'PUBLIC' && belongsTo(secret.orgName, whoami))
    return { verdict: 'yes', why: `It is public: every member of ${secret.orgName} may change it.` }

  const mine = access && userInfo ? myGrants(facts) : undefined
  const enough = mine?.find((grant) => RANK[grant.level] >= RANK[level])
  if (enough) return { verdict: 'yes', why: `Your team ${enough.teamName} is ${enough.level} of it.` }

  const missing = `Needs ${level} on this secret${ownerWords(secret)}`
  // Teams that come through a directory group are not in userInfo (concord-api §4.1).
  if (mine && whoami.realm === 'internal' && !mayBeMine(facts, level)) return { verdict: 'no', why: `${missing}.` }
  return { verdict: 'unknown', why: `${missing}; whether you have it cannot be told from here.` }
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
      RANK[grant.level] >= RANK[level] &&
      !teams.some(({ id }) => id === grant.teamId) &&
      elsewhere.some(({ teamName }) => teamName === grant.teamName),
  )
}

const belongsTo = (orgName: string, { orgs }: Whoami) => orgs?.some((org) => org.name === orgName) ?? false

const ownerWords = ({ owner }: Secret) => (owner?.username ? `: ask its owner ${owner.username}` : '')

/** `undefined` while it is being found out. */
export function useRight(level: 'WRITER' | 'OWNER', secret: Secret): Right | undefined {
  const facts = useRightFacts(secret)
  return facts && rightTo(level, facts)
}

export function useRightFacts(secret: Secret): RightFacts | undefined {
  const ref = { orgName: secret.orgName, secretName: secret.name }
  const whoami = useQuery(whoamiQuery)
  const userInfo = useQuery(userInfoQuery)
  const org = useQuery(organizationQuery(ref))
  const access = useQuery(secretAccessQuery(ref))
  const teams = useQuery(teamListQuery(ref))
  if (!whoami.data || [userInfo, org, access, teams].some((query) => query.isPending)) return undefined
  return {
    secret,
    whoami: whoami.data,
    userInfo: userInfo.data,
    org: org.data,
    access: access.data,
    teams: teams.data,
  }
}
