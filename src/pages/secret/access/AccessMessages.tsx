import { Globe } from 'lucide-react'
import { levelWord } from '#concord/rights.ts'
import { Message } from '#ui/Message.tsx'
import { count } from '#ui/words.ts'
import { changeWords, type GrantRow, type Staged } from './grants.ts'

/** Grants hardly matter for a PUBLIC secret: concord-api §9.3, Q3 and Q4. */
export function PublicMessage({ orgName }: { orgName: string }) {
  return (
    <Message header="The secret is public: grants hardly matter" icon={Globe}>
      <p>
        Every signed-in user can use it. Every member of {orgName} can change and move it. Only deleting it, its owner
        and this list need <b>Owner</b>.
      </p>
    </Message>
  )
}

type ChangedProps = {
  theirs: GrantRow[]
  staged: Staged
  /** The answer to the user's own change was lost, so some of the differences may be their own. */
  isLost: boolean
  onKeep: () => void
  onDiscard: () => void
}

/** Somebody else was faster: what they did, and what the user wanted for the same teams. */
export function AccessChangedMessage({ theirs, staged, isLost, onKeep, onDiscard }: ChangedProps) {
  return (
    <Message
      header={
        isLost
          ? 'The answer to your change was lost. This is different now:'
          : 'Somebody else has changed access meanwhile. Your changes are not saved.'
      }
      alert
    >
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
          Discard my changes
        </button>
      </div>
    </Message>
  )
}

type OtherTeamsProps = {
  /** How many. */
  teams: number
  /** Without it nothing can be removed. */
  onRemove: (() => void) | undefined
}

/** Teams of other organizations that kept their grants when the secret was moved (concord-api §14, Q16). */
export function OtherTeamsMessage({ teams, onRemove }: OtherTeamsProps) {
  return (
    <Message
      header={
        <>
          {count(teams, 'team')} of another organization {teams === 1 ? 'has' : 'have'} access
        </>
      }
    >
      <p>Grants survive a move.</p>
      {onRemove && (
        <button type="button" className="ui small button" onClick={onRemove}>
          Remove old teams’ access
        </button>
      )}
    </Message>
  )
}
