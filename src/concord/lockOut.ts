import type { AccessLevel, ResourceAccess } from '#api/types.ts'
import { rank } from './levels.ts'
import { myGrants, type RightFacts, rightTo } from './rights.ts'

export type LockOut =
  | { risk: 'none' }
  /** It cannot be opened any more. */
  | { risk: 'access' }
  /** It can still be opened, but neither deleted nor can its access be changed. */
  | { risk: 'control'; left: AccessLevel | 'public' }
  | { risk: 'unknown'; because: string }

/** Whether the caller locks himself out with these grants. The server has no guard against it (concord-api §9.7). */
export function lockOut(facts: RightFacts & { access: ResourceAccess[] }, after: ResourceAccess[]): LockOut {
  const then: RightFacts = { ...facts, access: after }
  if (rightTo('OWNER', then).verdict === 'yes') return { risk: 'none' }
  if (rightTo('OWNER', facts).verdict === 'yes') {
    const left = highest(myGrants(then))
    if (left) return { risk: 'control', left }
    return facts.secret.visibility === 'PUBLIC' ? { risk: 'control', left: 'public' } : { risk: 'access' }
  }
  // The right to save comes from somewhere that cannot be seen; what matters then is whether any Owner loses it.
  const takesOwner = facts.access.some(
    ({ teamId, level }) => level === 'OWNER' && after.find((grant) => grant.teamId === teamId)?.level !== 'OWNER',
  )
  if (!takesOwner) return { risk: 'none' }
  return {
    risk: 'unknown',
    because: whyUnknown(facts),
  }
}

function whyUnknown({ userInfo }: RightFacts) {
  if (userInfo) return 'Teams that you are in through a directory group cannot be seen from here.'
  if (userInfo === null) return 'This version of Concord does not say which teams you are in.'
  return 'Which teams you are in could not be read.'
}

const highest = (grants: ResourceAccess[]) => grants.map(({ level }) => level).sort((a, b) => rank(b) - rank(a))[0]
