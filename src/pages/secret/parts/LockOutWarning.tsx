import { TriangleAlert } from 'lucide-react'
import { levelWord } from '#concord/levels.ts'
import type { LockOut } from '#concord/lockOut.ts'
import { Icon } from '#ui/Icon.tsx'

/** Nothing while there is no danger. */
export function LockOutWarning(result: LockOut) {
  if (result.risk === 'none') return null
  return (
    <div className={`ui ${result.risk === 'unknown' ? 'warning' : 'negative'} message lock-out`} role="alert">
      <Icon of={TriangleAlert} />
      <div className="content">
        <p className="header">{headline(result)}</p>
        <p>{consequence(result)}</p>
      </div>
    </div>
  )
}

function headline({ risk }: LockOut) {
  if (risk === 'unknown') return 'Whether you lock yourself out cannot be checked'
  return risk === 'access' ? 'You lock yourself out' : 'You give up the control of access'
}

function consequence(result: LockOut) {
  switch (result.risk) {
    case 'unknown':
      return `${result.because} Make sure that a team of yours stays Owner, if you need it.`
    case 'access':
      return 'None of your teams would have access any more: you could not open this secret, and not undo this.'
    case 'control':
      return result.left === 'public'
        ? 'None of your teams would be Owner. You could still use it, because it is public, but not undo this.'
        : `Your teams would be left with ${levelWord[result.left]}. You could not undo this, nor delete the secret.`
    default:
      return null
  }
}
