import { useRef, useState } from 'react'
import type { AccessLevel, ResourceAccess } from '#api/types.ts'
import { type LockOut, lockOut } from '#concord/lockOut.tsx'
import { type RightFacts, rightTo } from '#concord/rights.ts'
import { type GrantRow, isChanged, resultOf, rowsOf } from './grants.ts'
import { useStagedAccess } from './useStagedAccess.ts'

export type AccessFacts = RightFacts & Required<Pick<RightFacts, 'teams' | 'org'>> & { access: ResourceAccess[] }

export type AccessEditing = ReturnType<typeof useAccessEditing>

const NO_RISK: LockOut = { risk: 'none' }

/** What the editor shows of the grants, and what its controls do. Nothing is sent before the dialog is confirmed. */
export function useAccessEditing(facts: AccessFacts) {
  const { secret, org, teams = [], access } = facts
  const [confirming, setConfirming] = useState(false)
  const saveButton = useRef<HTMLButtonElement>(null)
  const staging = useStagedAccess(secret, access, () => setConfirming(false))
  const { staged, theirs, save } = staging

  const right = rightTo('OWNER', facts)
  const rows = rowsOf(staged)
  const changes = rows.filter(isChanged)
  const whyNotSave = theirs.length ? 'First decide about what somebody else changed.' : undefined
  const isOwnTeam = (teamId: string) => teams.some(({ id, orgId }) => id === teamId && orgId === secret.orgId)

  /** For buttons that disappear when they are pressed: the focus would be lost with them. */
  function andFocusSave(act: () => void) {
    act()
    saveButton.current?.focus()
  }

  return {
    secret,
    org,
    staged,
    theirs,
    save,
    right,
    readOnly: right.verdict === 'no',
    rows,
    changes,
    whyNotSave,
    saveButton,
    /** Rows of other organizations' teams that still have access. */
    foreign: rows.filter(({ teamId, before, after }) => before && after && !isOwnTeam(teamId)),
    /** Of a team of another organization: which, or '' when that is not known. */
    elsewhere: (teamId: string) =>
      isOwnTeam(teamId) ? undefined : (teams.find(({ id }) => id === teamId)?.orgName ?? ''),
    risk: changes.length ? lockOut(facts, resultOf(staged)) : NO_RISK,
    /** Whether the dialog is open. */
    confirming: confirming && theirs.length === 0,
    add: (team: { id: string; name: string }) =>
      staging.edit([{ team: { teamId: team.id, teamName: team.name }, level: 'READER' }]),
    setLevel(team: GrantRow, level: AccessLevel | undefined) {
      const edit = () => staging.edit([{ team, level }])
      if (team.before || level) edit()
      else andFocusSave(edit)
    },
    remove: (teams: GrantRow[]) => andFocusSave(() => staging.edit(teams.map((team) => ({ team, level: undefined })))),
    keepMine: () => andFocusSave(staging.keepMine),
    discard: () => andFocusSave(staging.discard),
    askToSave() {
      if (changes.length > 0 && !whyNotSave) setConfirming(true)
    },
    cancel() {
      setConfirming(false)
      save.reset()
    },
  }
}
