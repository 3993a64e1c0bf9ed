import { TriangleAlert } from 'lucide-react'
import { useRef, useState } from 'react'
import type { ResourceAccess } from '#api/types.ts'
import { lockOut } from '#concord/lockOut.ts'
import { type RightFacts, rightTo } from '#concord/rights.ts'
import { count } from '#concord/words.ts'
import { TeamField } from '#fields/TeamField.tsx'
import { Icon } from '#ui/Icon.tsx'
import { LeaveGuard } from '#ui/LeaveGuard.tsx'
import { isControlEnter } from '#ui/submitWithControlEnter.ts'
import { LockOutWarning } from '../parts/LockOutWarning.tsx'
import { OwnerName } from '../parts/OwnerName.tsx'
import { AccessChangedMessage, PublicMessage, SaveDialog } from './AccessMessages.tsx'
import { GrantTable } from './GrantTable.tsx'
import { isChanged, resultOf, rowsOf } from './grants.ts'
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
      <p className="prose">
        Whatever is granted here, these can do everything: its owner (<OwnerName owner={secret.owner} />)
        {org?.owner && (
          <>
            , the owner of {secret.orgName} (<OwnerName owner={org.owner} />)
          </>
        )}{' '}
        and administrators.
      </p>
      <p className="prose muted">
        <b>Reader</b> uses it and reads its value. <b>Writer</b> also changes its value, name, visibility and projects,
        and moves it. <b>Owner</b> also deletes it, hands it over, and decides who has access.
      </p>
      {readOnly && (
        <div className="ui message">
          <div className="content">
            <p className="header">You can look, but not change who has access</p>
            <p>{right.why}</p>
          </div>
        </div>
      )}
      {foreign.length > 0 && (
        <div className="ui warning message">
          <Icon of={TriangleAlert} />
          <div className="content">
            <p className="header">
              {count(foreign.length, 'team')} of another organization {foreign.length === 1 ? 'has' : 'have'} access
            </p>
            <p>Grants survive a move: what was granted where the secret came from still counts here.</p>
            {!readOnly && (
              <button
                type="button"
                className="ui small button"
                onClick={() => andFocusSave(() => staging.edit(foreign.map((team) => ({ team, level: undefined }))))}
              >
                Remove old teams’ access
              </button>
            )}
          </div>
        </div>
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
          <div className="actions">
            <button
              ref={saveButton}
              type="button"
              className="ui primary button"
              aria-disabled={changes.length === 0 || whyNot !== undefined}
              aria-describedby="access-state"
              onClick={askToSave}
            >
              Save access
            </button>
            {changes.length > 0 && (
              <button type="button" className="ui button" onClick={() => andFocusSave(staging.discard)}>
                Discard
              </button>
            )}
            <span className="muted" id="access-state" role="status">
              {whyNot ?? (changes.length ? `${count(changes.length, 'change')} not saved yet` : 'Nothing to save')}
            </span>
          </div>
          {right.verdict === 'unknown' && <p className="note">{right.why} The server decides when you save.</p>}
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
          <LeaveGuard
            when={changes.length > 0}
            leaving={({ currentLocation, nextLocation }) => currentLocation.pathname !== nextLocation.pathname}
            title={save.isPending ? 'Leave while access is being saved?' : 'Leave without saving access?'}
            action={save.isPending ? 'Yes, leave' : 'Yes, leave without saving'}
          >
            {save.isPending
              ? 'The changes to access are on their way, and are made all the same.'
              : 'The changes to access that you made here are not saved yet. They are lost when you leave.'}
          </LeaveGuard>
        </>
      )}
    </div>
  )
}
