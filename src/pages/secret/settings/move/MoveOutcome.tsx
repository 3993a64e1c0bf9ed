import { X } from 'lucide-react'
import type { Secret } from '#api/types.ts'
import { focusHeading } from '#ui/focusHeading.ts'
import { Icon } from '#ui/Icon.tsx'
import { count } from '#ui/words.ts'
import { Affected } from '../../parts/Affected.tsx'
import { dismissMove, type Move, useMove } from './moves.ts'
import { OldTeams } from './OldTeams.tsx'

/** What is left to do after a move, on the secret's page at its new address. It stays until it is dismissed. */
export function MoveOutcome({ secret }: { secret: Secret }) {
  const move = useMove(secret.id)
  if (move?.to.orgName !== secret.orgName) return null
  const { from, projects } = move

  function dismiss() {
    dismissMove(secret.id)
    focusHeading()
  }

  return (
    <section className="move-outcome" aria-labelledby="move-outcome">
      <header>
        <h2 id="move-outcome">
          Moved from{' '}
          <span className="mono">
            {from.orgName} / {from.secretName}
          </span>
        </h2>
        <button
          type="button"
          className="ui icon basic button"
          aria-label="Dismiss what is left to do after the move"
          onClick={dismiss}
        >
          <Icon of={X} />
        </button>
      </header>
      <LostLinks move={move} />
      {projects.length > 0 && (
        <Affected
          title={
            <>
              It is no longer limited to <b>{count(projects.length, 'project')}</b>. If it should be, choose projects of{' '}
              {secret.orgName} in its settings:
            </>
          }
          items={projects}
        />
      )}
      <OldTeams secret={secret} from={from.orgName} />
    </section>
  )
}

/** The repositories that lost it, and those of which that is not known. */
function LostLinks({ move }: { move: Move }) {
  const { from, repositories, total, complete, hidden, hiddenProjects, projects } = move
  return (
    <>
      {complete && total + (hidden ?? 0) + hiddenProjects.length + projects.length === 0 && (
        <p>No repository and no project lost it.</p>
      )}
      {!complete && (
        <p>
          Which repositories of {from.orgName} lost it could not be looked up before the move, and cannot be any more:
          look at those that fail at their next fetch.
        </p>
      )}
      {total > 0 && (
        <Affected
          title={
            <>
              <b>{count(total, 'repository', 'repositories')}</b> lost the link and {total === 1 ? 'needs' : 'need'}{' '}
              another secret before the next fetch:
            </>
          }
          items={repositories}
        />
      )}
      {(hidden ?? hiddenProjects.length) > 0 && (
        <Affected
          title={
            hidden === undefined ? (
              <>
                <b>{count(hiddenProjects.length, 'project')}</b> you cannot read may have repositories that lost it as
                well:
              </>
            ) : (
              <>
                <b>{count(hidden, 'repository', 'repositories')}</b> in projects you cannot read lost it as well
                {hiddenProjects.length > 0 ? ':' : '.'}
              </>
            )
          }
          items={hiddenProjects}
        />
      )}
    </>
  )
}
