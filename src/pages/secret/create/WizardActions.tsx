import { Link } from 'react-router'
import type { OrgRef } from '#api/orgs.ts'
import { paths } from '#paths.ts'
import type { Kind } from './draft.ts'
import { STEPS, type Step } from './rules.ts'

type Props = { org: OrgRef; step: Step; kind: Kind | undefined; isSent: boolean }

/**
 * The buttons below a step. While the secret is being created they stay reachable, and the state says why they are off.
 */
export function WizardActions({ org, step, kind, isSent }: Props) {
  const before = STEPS[STEPS.indexOf(step) - 1]
  return (
    <>
      <div className="actions">
        <button type="submit" className={`ui primary ${isSent ? 'loading' : ''} button`} aria-disabled={isSent}>
          {step === 'review' ? 'Create secret' : 'Continue'}
        </button>
        {before && (
          <WayOut to={paths.newSecret(org, { step: before })} off={isSent}>
            Back
          </WayOut>
        )}
        <WayOut basic to={paths.secrets(org)} off={isSent}>
          Cancel
        </WayOut>
      </div>
      <p className="note" role="status" id={STATE_ID}>
        {isSent &&
          (kind === 'new-key-pair'
            ? 'The server makes the key pair. This takes a few seconds.'
            : 'The secret is being created.')}
      </p>
    </>
  )
}

const STATE_ID = 'creation-state'

type WayOutProps = { to: string; off: boolean; basic?: boolean; children: string }

/** A link out of the step. It is off while the secret is being created, and the status says why. */
function WayOut({ to, off, basic, children }: WayOutProps) {
  return (
    <Link
      className={`ui ${basic ? 'basic' : ''} button`}
      to={to}
      aria-disabled={off}
      aria-describedby={off ? STATE_ID : undefined}
      onClick={(event) => off && event.preventDefault()}
    >
      {children}
    </Link>
  )
}
