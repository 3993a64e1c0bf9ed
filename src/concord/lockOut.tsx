import type { AccessLevel, ResourceAccess } from '#api/types.ts'
import { Message } from '#ui/Message.tsx'
import { levelWord, myGrants, type RightFacts, rank, rightTo } from './rights.ts'

export type LockOut =
  | { risk: 'none' }
  /** It cannot be opened any more. */
  | { risk: 'access' }
  /** It can still be opened, but neither deleted nor can its access be changed. */
  | { risk: 'control'; left: AccessLevel | 'public' }
  | { risk: 'unknown'; because: string }

/** Whether the caller loses access with these grants. The server does not prevent it (concord-api §9.7). */
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
  return { risk: 'unknown', because: whyUnknown(facts) }
}

function whyUnknown({ userInfo }: RightFacts) {
  if (userInfo) return 'The console cannot see teams that you are in through a directory group.'
  if (userInfo === null) return 'This version of Concord does not say which teams you are in.'
  return 'Which teams you are in could not be read.'
}

const highest = (grants: ResourceAccess[]) => grants.map(({ level }) => level).sort((a, b) => rank(b) - rank(a))[0]

/** Renders nothing while there is no risk. */
export function LockOutWarning(result: LockOut) {
  if (result.risk === 'none') return null
  return (
    <Message tone={result.risk === 'unknown' ? 'warning' : 'negative'} header={headline(result)} alert>
      <p>{consequence(result)}</p>
    </Message>
  )
}

function headline({ risk }: LockOut) {
  if (risk === 'unknown') return 'It is not known whether you lock yourself out'
  return risk === 'access' ? 'You lock yourself out' : 'You give up control of access'
}

function consequence(result: LockOut) {
  switch (result.risk) {
    case 'unknown':
      return `${result.because} Make sure that a team of yours stays Owner, if you need it.`
    case 'access':
      return 'None of your teams would have access any more: you could not open this secret or undo this.'
    case 'control':
      return result.left === 'public'
        ? 'None of your teams would be Owner. You could still use it, because it is public, but not undo this.'
        : `Your teams would be left with ${levelWord[result.left]}. You could not undo this or delete the secret.`
    default:
      return null
  }
}
