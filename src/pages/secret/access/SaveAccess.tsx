import type { RefObject } from 'react'
import type { Right } from '#concord/rights.ts'
import { LeaveGuard } from '#ui/LeaveGuard.tsx'
import { count } from '#ui/words.ts'

type Props = {
  /** How many changes are staged. */
  changes: number
  right: Right
  /** Why nothing can be saved now, whatever is staged. */
  whyNot: string | undefined
  isPending: boolean
  saveButton: RefObject<HTMLButtonElement>
  onSave: () => void
  onDiscard: () => void
}

/** The buttons below the grants. Asks before the page is left with changes that are not saved. */
export function SaveAccess({ changes, right, whyNot, isPending, saveButton, onSave, onDiscard }: Props) {
  return (
    <>
      <div className="actions">
        <button
          ref={saveButton}
          type="button"
          className="ui primary button"
          aria-disabled={changes === 0 || whyNot !== undefined}
          aria-describedby="access-state"
          onClick={onSave}
        >
          Save access
        </button>
        {changes > 0 && (
          <button type="button" className="ui button" onClick={onDiscard}>
            Discard
          </button>
        )}
        <span className="muted" id="access-state" role="status">
          {whyNot ?? (changes ? `${count(changes, 'change')} not saved yet` : 'Nothing to save')}
        </span>
      </div>
      {right.verdict === 'unknown' && <p className="note">{right.why} The server decides when you save.</p>}
      <LeaveGuard
        when={changes > 0}
        leaving={({ currentLocation, nextLocation }) => currentLocation.pathname !== nextLocation.pathname}
        title={isPending ? 'Leave while access is being saved?' : 'Leave without saving access?'}
        action={isPending ? 'Yes, leave' : 'Yes, leave without saving'}
      >
        {isPending
          ? 'The changes to access have been sent and will still be made.'
          : 'The changes to access that you made here are not saved yet. They are lost when you leave.'}
      </LeaveGuard>
    </>
  )
}
