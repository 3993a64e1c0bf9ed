import type { Secret } from '#api/types.ts'
import type { Change } from '#api/useChange.ts'
import type { LockOut } from '#concord/lockOut.ts'
import { ConfirmDialog } from '#ui/ConfirmDialog.tsx'
import { ErrorMessage } from '#ui/ErrorMessage.tsx'
import { LockOutWarning } from '../parts/LockOutWarning.tsx'
import { NextStep } from '../parts/NextStep.tsx'
import { SecretSubject } from '../parts/SecretSubject.tsx'
import { changeWords, type GrantRow } from './grants.ts'

type SaveProps = {
  secret: Secret
  changes: GrantRow[]
  risk: LockOut
  save: Change<void, void>
  onClose: () => void
}

/** L1 (docs/decisions/confirmations.md): says what changes for whom; *Cancel* has the focus. */
export function SaveDialog({ secret, changes, risk, save, onClose }: SaveProps) {
  return (
    <ConfirmDialog
      title={`Change access to “${secret.name}”`}
      action="Yes, change access"
      danger={risk.risk === 'access' || risk.risk === 'control'}
      busy={save.isPending}
      onConfirm={() => save.mutate()}
      onClose={onClose}
      problem={
        <ErrorMessage error={save.error} title="Access was not changed." lostAnswer={save.lostAnswer}>
          {!save.lostAnswer && <p>Your changes are still here.</p>}
          {save.error && <NextStep error={save.error} secret={secret} />}
        </ErrorMessage>
      }
    >
      <SecretSubject secret={secret} />
      <p>This takes effect at once, for everybody in these teams:</p>
      <ul className="changes">
        {changes.map((row) => (
          <li key={row.teamId}>
            <b className="mono">{row.teamName}</b>: {changeWords(row)}
          </li>
        ))}
      </ul>
      <LockOutWarning {...risk} />
    </ConfirmDialog>
  )
}
