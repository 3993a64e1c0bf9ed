import { Globe, TriangleAlert } from 'lucide-react'
import type { Secret } from '#api/types.ts'
import type { Change } from '#api/useChange.ts'
import { levelWord } from '#concord/levels.ts'
import type { LockOut } from '#concord/lockOut.ts'
import { ConfirmDialog } from '#ui/ConfirmDialog.tsx'
import { ErrorMessage } from '#ui/ErrorMessage.tsx'
import { Icon } from '#ui/Icon.tsx'
import { LockOutWarning } from '../parts/LockOutWarning.tsx'
import { NextStep } from '../parts/NextStep.tsx'
import { SecretSubject } from '../parts/SecretSubject.tsx'
import { changeWords, type GrantRow, type Staged } from './grants.ts'

/** Grants hardly matter for a PUBLIC secret: concord-api §9.3, Q3 and Q4. */
export function PublicMessage({ orgName }: { orgName: string }) {
  return (
    <div className="ui warning message">
      <Icon of={Globe} />
      <div className="content">
        <p className="header">This secret is public, so what is granted here hardly matters</p>
        <p>
          Every signed-in user of this server can use it, and every member of {orgName} can change, rename or move it,
          whatever teams they are in. Only deleting it, handing it over and changing this list still take <b>Owner</b>.
        </p>
      </div>
    </div>
  )
}

type ChangedProps = {
  theirs: GrantRow[]
  staged: Staged
  /** The answer to the user's own change was lost, so what is different may be theirs in part. */
  isLost: boolean
  onKeep: () => void
  onDiscard: () => void
}

/** Somebody else was faster: what they did, and what the user wanted for the same teams. */
export function AccessChangedMessage({ theirs, staged, isLost, onKeep, onDiscard }: ChangedProps) {
  return (
    <div className="ui warning message" role="alert">
      <Icon of={TriangleAlert} />
      <div className="content">
        <p className="header">
          {isLost
            ? 'Access is not as you wanted it, and the answer to your change was lost. This is different now:'
            : 'Somebody else changed access meanwhile. Nothing of yours is saved.'}
        </p>
        <ul>
          {theirs.map((row) => {
            const wanted = staged.edits[row.teamId]
            return (
              <li key={row.teamId}>
                <b className="mono">{row.teamName}</b>: {changeWords(row)}
                {wanted && <> (you want: {wanted.level ? levelWord[wanted.level] : 'no access'})</>}
              </li>
            )
          })}
        </ul>
        <div className="tools">
          <button type="button" className="ui button" onClick={onKeep}>
            Keep my changes on top of {isLost ? 'this' : 'theirs'}
          </button>
          <button type="button" className="ui button" onClick={onDiscard}>
            Discard mine
          </button>
        </div>
      </div>
    </div>
  )
}

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
