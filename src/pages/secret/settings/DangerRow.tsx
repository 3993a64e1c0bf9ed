import { type ReactNode, useId } from 'react'

type Props = {
  title: string
  /** One sentence: what it would do to this very secret, with numbers. */
  consequence: ReactNode
  /** The button: `Move`. It opens the dialog, so it is outlined; the solid one is in there. */
  action: string
  /** Why the button cannot work now. It stays reachable and says so. */
  blocked?: string | undefined
  onAct: () => void
  /** The control: what to move to, which projects. */
  children?: ReactNode
}

/** One act of the danger zone. */
export function DangerRow({ title, consequence, action, blocked, onAct, children }: Props) {
  return (
    <div className="danger-row">
      <div className="danger-words">
        <h3>{title}</h3>
        <p>{consequence}</p>
      </div>
      <div className="danger-act">
        {children}
        <ActButton action={action} blocked={blocked} onAct={onAct} danger />
      </div>
    </div>
  )
}

type ActProps = Pick<Props, 'action' | 'blocked' | 'onAct'> & { danger?: boolean; submits?: boolean }

/** A button that stays focusable when it cannot work, and says why. */
export function ActButton({ action, blocked, onAct, danger, submits }: ActProps) {
  const reasonId = useId()
  return (
    <>
      <button
        type={submits ? 'submit' : 'button'}
        className={`ui basic ${danger ? 'negative' : ''} button`}
        aria-disabled={blocked !== undefined}
        aria-describedby={blocked === undefined ? undefined : reasonId}
        onClick={(event) => {
          if (blocked !== undefined) event.preventDefault()
          else if (!submits) onAct()
        }}
      >
        {action}
      </button>
      {blocked !== undefined && (
        <p className="note" id={reasonId}>
          {blocked}
        </p>
      )}
    </>
  )
}
