import { type ReactNode, useId, useState } from 'react'

type RowProps = { id?: string | undefined; title: string; words: ReactNode; isOpen?: boolean; children?: ReactNode }

/** A title and its sentence on the left, the control on the right; one below the other on a phone, and when it is open. */
export function SettingRow({ id, title, words, isOpen = false, children }: RowProps) {
  return (
    <div className={`setting-row ${isOpen ? 'open' : ''}`} id={id}>
      <div>
        <h3>{title}</h3>
        <p>{words}</p>
      </div>
      {children && <div className="control">{children}</div>}
    </div>
  )
}

type ActProps = {
  /** The button: `Move`. It opens the dialog, so it is outlined; the solid one is in there. */
  action: string
  /** Why the button cannot work now. It stays reachable, and says so to those who try. */
  blocked?: string | undefined
  /** Without it the button submits the form around it, which has to look at `blocked` itself: Enter submits too. */
  onAct?: () => void
  danger?: boolean | undefined
}

/** A button that opens a dialog. It stays focusable when it cannot work, and says why when somebody tries. */
export function ActButton({ action, blocked, onAct, danger }: ActProps) {
  const reasonId = useId()
  const [tried, setTried] = useState<string>()
  const isOff = blocked !== undefined
  return (
    <>
      <button
        type={onAct ? 'button' : 'submit'}
        className={`ui ${danger ? 'basic negative' : ''} button`}
        aria-disabled={isOff}
        aria-describedby={isOff ? reasonId : undefined}
        onClick={(event) => {
          setTried(blocked)
          if (isOff) event.preventDefault()
          else onAct?.()
        }}
      >
        {action}
      </button>
      {isOff && (
        <p className={`note reason ${tried === blocked ? 'tried' : ''}`} id={reasonId}>
          {blocked}
        </p>
      )}
    </>
  )
}
