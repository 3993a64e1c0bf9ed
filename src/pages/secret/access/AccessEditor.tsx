import { useRef, useState } from 'react'
import type { ResourceAccess } from '#api/types.ts'
import { LockOutWarning, lockOut } from '#concord/lockOut.tsx'
import { type RightFacts, rightTo } from '#concord/rights.ts'
import { TeamField } from '#fields/TeamField.tsx'
import { isControlEnter } from '#ui/submitWithControlEnter.ts'
import { AccessIntro } from './AccessIntro.tsx'
import { AccessChangedMessage, OtherTeamsMessage, PublicMessage, ReadOnlyMessage } from './AccessMessages.tsx'
import { GrantTable } from './GrantTable.tsx'
import { isChanged, resultOf, rowsOf } from './grants.ts'
import { SaveAccess } from './SaveAccess.tsx'
import { SaveDialog } from './SaveDialog.tsx'
import { useStagedAccess } from './useStagedAccess.ts'

export type AccessFacts = RightFacts &
  Required<Pick<RightFacts, 'access' | 'teams' | 'org'>> & { access: ResourceAccess[] }

export function AccessEditor({ facts }: { facts: AccessFacts }) {
  const { secret, org, teams = [], access } = facts
  const [confirming, setConfirming] = useState(false)
  const saveButton = useRef<HTMLButtonElement>(null)
  const staging = useStagedAccess(secret, access, () => setConfirming(false))
  const { staged, theirs, save } = staging

  const right = rightTo('OWNER', facts)
  const readOnly = right.verdict === 'no'
  const rows = rowsOf(staged)
  const changes = rows.filter(isChanged)
  const ownTeam = (teamId: string) => teams.some(({ id, orgId }) => id === teamId && orgId === secret.orgId)
  const foreign = rows.filter(({ teamId, before, after }) => before && after && !ownTeam(teamId))
  const risk = changes.length ? lockOut(facts, resultOf(staged)) : ({ risk: 'none' } as const)
  const whyNot = theirs.length ? 'First decide about what somebody else changed.' : undefined

  function askToSave() {
    if (changes.length > 0 && !whyNot) setConfirming(true)
  }

  /** For buttons that vanish when they are pressed: the focus would be lost with them. */
  function andFocusSave(act: () => void) {
    act()
    saveButton.current?.focus()
  }

  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: a short cut to the button below, from any of its controls.
    <div className="access" onKeyDown={(event) => !event.defaultPrevented && isControlEnter(event) && askToSave()}>
      {secret.visibility === 'PUBLIC' && <PublicMessage orgName={secret.orgName} />}
      <AccessIntro secret={secret} org={org} />
      {readOnly && <ReadOnlyMessage why={right.why} />}
      {foreign.length > 0 && (
        <OtherTeamsMessage
          teams={foreign.length}
          onRemove={
            readOnly
              ? undefined
              : () => andFocusSave(() => staging.edit(foreign.map((team) => ({ team, level: undefined }))))
          }
        />
      )}
      {theirs.length > 0 && (
        <AccessChangedMessage
          theirs={theirs}
          staged={staged}
          isLost={save.lostAnswer !== undefined}
          onKeep={() => andFocusSave(staging.keepMine)}
          onDiscard={() => andFocusSave(staging.discard)}
        />
      )}
      <GrantTable
        rows={rows}
        readOnly={readOnly}
        frozen={theirs.length > 0 || save.isPending}
        elsewhere={(teamId) => (ownTeam(teamId) ? undefined : (teams.find(({ id }) => id === teamId)?.orgName ?? ''))}
        onLevel={(team, level) => {
          const edit = () => staging.edit([{ team, level }])
          if (team.before || level) edit()
          else andFocusSave(edit)
        }}
      />
      {!readOnly && (
        <>
          <div className="add-team">
            <TeamField
              orgName={secret.orgName}
              label="Add a team"
              value=""
              without={rows.filter(({ after }) => after).map(({ teamId }) => teamId)}
              disabled={theirs.length > 0}
              onChange={({ id, name }) => staging.edit([{ team: { teamId: id, teamName: name }, level: 'READER' }])}
            />
          </div>
          <LockOutWarning {...risk} />
          <SaveAccess
            changes={changes.length}
            right={right}
            whyNot={whyNot}
            isPending={save.isPending}
            saveButton={saveButton}
            onSave={askToSave}
            onDiscard={() => andFocusSave(staging.discard)}
          />
          {confirming && theirs.length === 0 && (
            <SaveDialog
              secret={secret}
              changes={changes}
              risk={risk}
              save={save}
              onClose={() => {
                setConfirming(false)
                save.reset()
              }}
            />
          )}
        </>
      )}
    </div>
  )
}
