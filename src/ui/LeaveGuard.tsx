import type { ReactNode } from 'react'
import { useEffect } from 'react'
import { type BlockerFunction, useBlocker } from 'react-router'
import { ConfirmDialog } from './ConfirmDialog.tsx'

type Props = {
  /** Whether something would be lost at all. */
  when: boolean
  /** Whether this way leads out. */
  leaving: BlockerFunction
  title: string
  action: string
  children: ReactNode
}

/** Asks before something that cannot be had again is lost: by a link, by Back, or by closing the window. */
export function LeaveGuard({ when, leaving, title, action, children }: Props) {
  const blocker = useBlocker((way) => when && leaving(way))

  useEffect(() => {
    if (!when) return
    // The browser has its own words for it.
    const ask = (event: BeforeUnloadEvent) => event.preventDefault()
    window.addEventListener('beforeunload', ask)
    return () => window.removeEventListener('beforeunload', ask)
  }, [when])

  if (blocker.state !== 'blocked') return null
  return (
    <ConfirmDialog
      danger
      title={title}
      action={action}
      onConfirm={() => blocker.proceed()}
      onClose={() => blocker.reset()}
    >
      <p>{children}</p>
    </ConfirmDialog>
  )
}
