import { Undo2, X } from 'lucide-react'
import type { AccessLevel } from '#api/types.ts'
import { LEVELS, levelWord } from '#concord/rights.ts'
import { Icon } from '#ui/Icon.tsx'
import { changeWords, type GrantRow, isChanged } from './grants.ts'

type Props = {
  rows: GrantRow[]
  readOnly: boolean
  /** The controls are off for the moment. */
  frozen: boolean
  /** For teams of other organizations: which, or '' when that is not known. */
  elsewhere: (teamId: string) => string | undefined
  onLevel: (row: GrantRow, level: AccessLevel | undefined) => void
}

export function GrantTable({ rows, readOnly, frozen, elsewhere, onLevel }: Props) {
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
        {rows.map((row) => {
          const { teamId, teamName, before, after } = row
          const orgName = elsewhere(teamId)
          return (
            <tr key={teamId} className={isChanged(row) ? 'changed' : undefined}>
              <th scope="row" className="primary">
                <span className={`mono ${after ? '' : 'gone'}`}>{teamName}</span>{' '}
                {orgName !== undefined && (
                  <span className="fact notable foreign">
                    {orgName ? (
                      <>
                        of <span className="mono">{orgName}</span>
                      </>
                    ) : (
                      'of another organization'
                    )}
                  </span>
                )}
              </th>
              <td>
                {readOnly || !after ? (
                  after ? (
                    levelWord[after]
                  ) : (
                    <span className="muted">No access</span>
                  )
                ) : (
                  <select
                    aria-label={`Level of ${teamName}`}
                    value={after}
                    disabled={frozen}
                    // The options are LEVELS.
                    onChange={(event) => onLevel(row, event.target.value as AccessLevel)}
                  >
                    {LEVELS.map((level) => (
                      <option key={level} value={level}>
                        {levelWord[level]}
                      </option>
                    ))}
                  </select>
                )}
              </td>
              {!readOnly && (
                <>
                  <td className="change">{isChanged(row) && changeWords(row)}</td>
                  <td className="row-menu">
                    {after ? (
                      <RowButton
                        label={`Remove ${teamName}`}
                        icon={X}
                        off={frozen}
                        onAct={() => onLevel(row, undefined)}
                      />
                    ) : (
                      <RowButton
                        label={`Keep ${teamName}`}
                        icon={Undo2}
                        off={frozen}
                        onAct={() => onLevel(row, before)}
                      />
                    )}
                  </td>
                </>
              )}
            </tr>
          )
        })}
      </tbody>
    </table>
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
