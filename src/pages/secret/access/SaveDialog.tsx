import type { Secret } from '#api/types.ts'
import type { Change } from '#api/useChange.ts'
import { type LockOut, LockOutWarning } from '#concord/lockOut.tsx'
import { ConfirmSecretChange } from '../parts/ConfirmSecretChange.tsx'
import { changeWords, type GrantRow, teamTitle } from './grants.ts'

type SaveProps = {
  secret: Secret
  changes: GrantRow[]
  /** As GrantTable has it. */
  elsewhere: (teamId: string) => string | undefined
  risk: LockOut
  save: Change<void, void>
  onClose: () => void
}

/** L1 (docs/decisions/confirmations.md), and L2 for those who lock themselves out: says what changes for whom. */
export function SaveDialog({ secret, changes, elsewhere, risk, save, onClose }: SaveProps) {
  return (
    <ConfirmSecretChange
      secret={secret}
      change={{ ...save, failedWords: 'Access was not changed. Your changes are still here.' }}
      title={`Change access to “${secret.name}”`}
      action="Yes, change access"
      serious={risk.risk === 'access' || risk.risk === 'control'}
      onClose={onClose}
    >
      <p>Takes effect at once, for everybody in these teams:</p>
      <ul className="changes">
        {changes.map((row) => (
          <li key={row.teamId}>
            <b className="mono">{teamTitle(row.teamName, elsewhere(row.teamId))}</b>: {changeWords(row)}
          </li>
        ))}
      </ul>
      <LockOutWarning {...risk} />
    </ConfirmSecretChange>
  )
}
