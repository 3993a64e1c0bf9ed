import { Undo2, X } from 'lucide-react'
import type { AccessLevel } from '#api/types.ts'
import { LEVELS, levelWord } from '#concord/rights.ts'
import { Icon } from '#ui/Icon.tsx'
import { changeWords, type GrantRow, isChanged, teamTitle } from './grants.ts'

type Props = {
  rows: GrantRow[]
  readOnly: boolean
  /** The controls are off for the moment. */
  frozen: boolean
  /** For teams of other organizations: which, or '' when that is not known. */
  elsewhere: (teamId: string) => string | undefined
  onLevel: (row: GrantRow, level: AccessLevel | undefined) => void
}

export function GrantTable(props: Props) {
  const { rows, readOnly } = props
  if (!rows.length) return <p className="empty">No team was given access.</p>
  return (
    <table className="ui unstackable table grants">
      <caption className="visually-hidden">Teams with access</caption>
      <thead>
        <tr>
          <th scope="col">Team</th>
          <th scope="col">Level</th>
          {!readOnly && (
            <>
              <th scope="col">Not saved yet</th>
              <th scope="col">
                <span className="visually-hidden">Remove</span>
              </th>
            </>
          )}
        </tr>
      </thead>
      <tbody>
        {rows.map((row) => (
          <Grant key={row.teamId} row={row} {...props} />
        ))}
      </tbody>
    </table>
  )
}

function Grant({ row, readOnly, frozen, elsewhere, onLevel }: Props & { row: GrantRow }) {
  const { teamId, teamName, before, after } = row
  const orgName = elsewhere(teamId)
  const title = teamTitle(teamName, orgName)
  return (
    <tr className={isChanged(row) ? 'changed' : undefined}>
      <th scope="row" className="primary">
        <span className={`mono ${after ? '' : 'gone'}`}>{teamName}</span>{' '}
        {orgName !== undefined && (
          <span className="fact notable foreign">
            of {orgName ? <span className="mono">{orgName}</span> : 'another organization'}
          </span>
        )}
      </th>
      <td>
        {!after ? (
          <span className="muted">No access</span>
        ) : readOnly ? (
          levelWord[after]
        ) : (
          <LevelSelect teamName={title} level={after} frozen={frozen} onChange={(level) => onLevel(row, level)} />
        )}
      </td>
      {!readOnly && (
        <>
          <td className="change">{isChanged(row) && changeWords(row)}</td>
          <td className="row-menu">
            {after ? (
              <RowButton label={`Remove ${title}`} icon={X} off={frozen} onAct={() => onLevel(row, undefined)} />
            ) : (
              <RowButton label={`Keep ${title}`} icon={Undo2} off={frozen} onAct={() => onLevel(row, before)} />
            )}
          </td>
        </>
      )}
    </tr>
  )
}

type LevelProps = { teamName: string; level: AccessLevel; frozen: boolean; onChange: (level: AccessLevel) => void }

function LevelSelect({ teamName, level, frozen, onChange }: LevelProps) {
  return (
    <select
      aria-label={`Level of ${teamName}`}
      value={level}
      disabled={frozen}
      // The options are LEVELS.
      onChange={(event) => onChange(event.target.value as AccessLevel)}
    >
      {LEVELS.map((each) => (
        <option key={each} value={each}>
          {levelWord[each]}
        </option>
      ))}
    </select>
  )
}

type RowButtonProps = { label: string; icon: typeof X; off: boolean; onAct: () => void }

function RowButton({ label, icon, off, onAct }: RowButtonProps) {
  return (
    <button
      type="button"
      className="ui icon basic button"
      aria-label={label}
      title={label}
      aria-disabled={off}
      onClick={() => !off && onAct()}
    >
      <Icon of={icon} />
    </button>
  )
}
