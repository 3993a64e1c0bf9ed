import { LockOutWarning } from '#concord/lockOut.tsx'
import { TeamField } from '#fields/TeamField.tsx'
import { isControlEnter } from '#ui/submitWithControlEnter.ts'
import { NoRightMessage } from '../parts/NoRight.tsx'
import { AccessIntro } from './AccessIntro.tsx'
import { AccessChangedMessage, OtherTeamsMessage, PublicMessage } from './AccessMessages.tsx'
import { GrantTable } from './GrantTable.tsx'
import { SaveAccess } from './SaveAccess.tsx'
import { SaveDialog } from './SaveDialog.tsx'
import { type AccessEditing, type AccessFacts, useAccessEditing } from './useAccessEditing.ts'

/** The grants of a secret, to be changed one by one and saved together. */
export function AccessEditor({ facts }: { facts: AccessFacts }) {
  const editing = useAccessEditing(facts)
  const { rows, readOnly, theirs, save } = editing
  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: a short cut to the button below, from any of its controls.
    <div
      className="access"
      onKeyDown={(event) => !event.defaultPrevented && isControlEnter(event) && editing.askToSave()}
    >
      <Messages editing={editing} />
      <GrantTable
        rows={rows}
        readOnly={readOnly}
        frozen={theirs.length > 0 || save.isPending}
        elsewhere={editing.elsewhere}
        onLevel={editing.setLevel}
      />
      {!readOnly && <Changes editing={editing} />}
    </div>
  )
}

/** What to know before changing anything, from the general to what just happened. */
function Messages({ editing }: { editing: AccessEditing }) {
  const { secret, org, right, readOnly, foreign, theirs, staged, save } = editing
  return (
    <>
      {secret.visibility === 'PUBLIC' && <PublicMessage orgName={secret.orgName} />}
      <AccessIntro secret={secret} org={org} />
      {readOnly && <NoRightMessage act="access" secret={secret} right={right} />}
      {foreign.length > 0 && (
        <OtherTeamsMessage teams={foreign.length} onRemove={readOnly ? undefined : () => editing.remove(foreign)} />
      )}
      {theirs.length > 0 && (
        <AccessChangedMessage
          theirs={theirs}
          staged={staged}
          isLost={save.lostAnswer !== undefined}
          onKeep={editing.keepMine}
          onDiscard={editing.discard}
        />
      )}
    </>
  )
}

/** Below the grants: another team, and what is done with the changes. */
function Changes({ editing }: { editing: AccessEditing }) {
  const { secret, rows, changes, theirs, risk, save, right } = editing
  return (
    <>
      <div className="add-team">
        <TeamField
          orgName={secret.orgName}
          label="Add a team"
          value=""
          without={rows.filter(({ after }) => after).map(({ teamId }) => teamId)}
          disabled={theirs.length > 0}
          onChange={editing.add}
        />
      </div>
      <LockOutWarning {...risk} />
      <SaveAccess
        changes={changes.length}
        right={right}
        whyNot={editing.whyNotSave}
        isPending={save.isPending}
        saveButton={editing.saveButton}
        onSave={editing.askToSave}
        onDiscard={editing.discard}
      />
      {editing.confirming && (
        <SaveDialog
          secret={secret}
          changes={changes}
          elsewhere={editing.elsewhere}
          risk={risk}
          save={save}
          onClose={editing.cancel}
        />
      )}
    </>
  )
}
