import type { KeyboardEvent } from 'react'

/** For a form on a page: Ctrl/⌘+Enter sends it from any of its fields. Dialogs do so by themselves. */
export function submitWithControlEnter(event: KeyboardEvent<HTMLFormElement>) {
  if (!isControlEnter(event)) return
  event.preventDefault()
  event.currentTarget.requestSubmit()
}

export const isControlEnter = ({ key, ctrlKey, metaKey }: KeyboardEvent) => key === 'Enter' && (ctrlKey || metaKey)
