import { type ReactNode, useId } from 'react'

type Props = {
  /** For links that lead here. */
  id?: string
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
export function DangerRow({ id, title, consequence, action, blocked, onAct, children }: Props) {
  return (
    <SettingRow id={id} title={title} words={consequence}>
      {children}
      <ActButton action={action} blocked={blocked} onAct={onAct} danger />
    </SettingRow>
  )
}

type RowProps = { id?: string | undefined; title: string; words: ReactNode; children: ReactNode }

/** A title and its sentence on the left, the control on the right; one below the other on a phone. */
export function SettingRow({ id, title, words, children }: RowProps) {
  return (
    <div className="setting-row" id={id}>
      <div>
        <h3>{title}</h3>
        <p>{words}</p>
      </div>
      <div className="control">{children}</div>
    </div>
  )
}

type ActProps = {
  action: string
  blocked?: string | undefined
  /** Without it the button submits the form around it, which has to look at `blocked` itself: Enter submits too. */
  onAct?: () => void
  danger?: boolean
}

/** A button that opens a dialog. It stays focusable when it cannot work, and says why. */
export function ActButton({ action, blocked, onAct, danger }: ActProps) {
  const reasonId = useId()
  const isOff = blocked !== undefined
  return (
    <>
      <button
        type={onAct ? 'button' : 'submit'}
        className={`ui ${danger ? 'basic negative' : ''} button`}
        aria-disabled={isOff}
        aria-describedby={isOff ? reasonId : undefined}
        onClick={isOff ? (event) => event.preventDefault() : onAct}
      >
        {action}
      </button>
      {isOff && (
        <p className="note" id={reasonId}>
          {blocked}
        </p>
      )}
    </>
  )
}
