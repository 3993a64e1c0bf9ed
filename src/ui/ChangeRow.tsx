import { type ReactNode, useEffect, useRef } from 'react'
import { ActButton, SettingRow } from './SettingRow.tsx'

type Props = {
  id?: string
  title: string
  words: ReactNode
  /** Opens the dialog: `Change owner`. With `…` it is the button that shows the controls. */
  action: string
  blocked?: string | undefined
  /** What it does cannot be undone by the same user. */
  danger?: boolean
  onAct: () => void
  isOpen: boolean
  onOpen: () => void
  onCancel: () => void
  /** What to change it to. */
  children: ReactNode
}

/** A row whose controls appear when somebody wants to change it. */
export function ChangeRow({
  id,
  title,
  words,
  action,
  blocked,
  danger,
  onAct,
  isOpen,
  onOpen,
  onCancel,
  children,
}: Props) {
  const controls = useRef<HTMLDivElement>(null)
  const opener = useRef<HTMLButtonElement>(null)
  const wasOpen = useRef(isOpen)

  // The focus goes to the first control, and back to the button; not when the page comes.
  useEffect(() => {
    if (isOpen === wasOpen.current) return
    wasOpen.current = isOpen
    if (isOpen) controls.current?.querySelector('input')?.focus()
    else opener.current?.focus()
  }, [isOpen])

  return (
    <SettingRow id={id} title={title} words={words} isOpen={isOpen}>
      {isOpen ? (
        <>
          <div className="controls" ref={controls}>
            {children}
          </div>
          <ActButton action={action} blocked={blocked} onAct={onAct} danger={danger} />
          <button type="button" className="ui button" onClick={onCancel}>
            Cancel
          </button>
        </>
      ) : (
        <button type="button" className={`ui ${danger ? 'basic negative' : ''} button`} ref={opener} onClick={onOpen}>
          {action}…
        </button>
      )}
    </SettingRow>
  )
}
