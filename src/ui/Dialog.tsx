import { type KeyboardEvent, type MouseEvent, type ReactNode, useEffect, useId, useRef } from 'react'

type Props = {
  className?: string
  title: ReactNode
  /** Esc, and a click outside where that is allowed. Unmount the dialog then: it is open as long as it is mounted. */
  onClose: () => void
  /** While something runs that must not be left: Esc and clicks outside do nothing. */
  busy?: boolean
  /** A click outside closes. */
  closesOutside?: boolean
  /** Below the body, which scrolls, and so always in sight: what is to be filled in. */
  foot?: ReactNode
  /** At the bottom right, the act last. */
  actions?: ReactNode
  children: ReactNode
}

/**
 * A modal <dialog>. The element with `data-focus` has the focus first; it stays inside and returns to the opener, or
 * to the page's heading when that is gone.
 */
export function Dialog(props: Props) {
  const { className = '', title, onClose, busy = false, closesOutside = false, foot, actions, children } = props
  const dialog = useRef<HTMLDialogElement>(null)
  const pressedOutside = useRef(false)
  const titleId = useId()

  useEffect(() => {
    const element = dialog.current
    const opener = document.activeElement
    if (!element) return
    element.showModal()
    element.querySelector<HTMLElement>('[data-focus]')?.focus()
    return () => {
      element.close()
      const target = opener instanceof HTMLElement && opener !== document.body && opener.isConnected ? opener : null
      ;(target ?? document.querySelector('h1'))?.focus()
    }
  }, [])

  function onKeyDown(event: KeyboardEvent) {
    if (event.key === 'Escape') {
      // Without this the browser closes the dialog itself at the second Esc.
      event.preventDefault()
      event.stopPropagation()
      if (!busy) onClose()
    }
    if (event.key === 'Enter' && (event.ctrlKey || event.metaKey)) {
      // From anywhere in the dialog, and instead of pressing the button that has the focus.
      event.preventDefault()
      dialog.current?.querySelector('form')?.requestSubmit()
    }
    if (event.key === 'Tab' && dialog.current) keepInside(event, dialog.current)
  }

  return (
    <dialog
      ref={dialog}
      className={`dialog ${className}`}
      aria-labelledby={titleId}
      onKeyDown={onKeyDown}
      onCancel={(event) => {
        event.preventDefault()
        if (!busy) onClose()
      }}
      // A click that began inside, as when text is selected, does not count as outside.
      onMouseDown={(event) => {
        pressedOutside.current = isOutside(event)
      }}
      onClick={(event) => closesOutside && !busy && pressedOutside.current && isOutside(event) && onClose()}
    >
      <h2 id={titleId}>{title}</h2>
      {/* With its controls in the foot, the text could not be scrolled by keyboard otherwise. */}
      <div className="dialog-body" {...(foot ? { tabIndex: 0 } : {})}>
        {children}
      </div>
      {foot}
      {actions && <div className="dialog-actions">{actions}</div>}
    </dialog>
  )
}

/** The dialog's own box is covered by its children, so only its backdrop is a click on itself outside the box. */
function isOutside({ target, currentTarget, clientX, clientY }: MouseEvent) {
  if (target !== currentTarget) return false
  const { left, right, top, bottom } = currentTarget.getBoundingClientRect()
  return clientX < left || clientX > right || clientY < top || clientY > bottom
}

/** The page behind is inert, but Tab would still visit the browser's own buttons. */
function keepInside(event: KeyboardEvent, dialog: HTMLElement) {
  const all = dialog.querySelectorAll<HTMLElement>(
    'a[href], button:not(:disabled), input:not(:disabled), select:not(:disabled), textarea:not(:disabled), summary, [tabindex="0"]',
  )
  const reachable = [...all].filter(
    (element) => element.tabIndex >= 0 && element.getClientRects().length > 0 && !isPassedBy(element),
  )
  const [first, last] = [reachable[0], reachable.at(-1)]
  const edge = event.shiftKey ? first : last
  if (document.activeElement !== edge) return
  event.preventDefault()
  ;(event.shiftKey ? last : first)?.focus()
}

/** Tab visits of a group of radio buttons only the one that is chosen. */
function isPassedBy(element: HTMLElement) {
  if (!(element instanceof HTMLInputElement) || element.type !== 'radio' || element.checked) return false
  const { form, name } = element
  const group = (form ?? document).querySelectorAll<HTMLInputElement>(`input[type=radio][name="${CSS.escape(name)}"]`)
  return [...group].some(({ checked }) => checked)
}
