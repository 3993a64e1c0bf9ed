import { useEffect } from 'react'
import { useNavigate } from 'react-router'
import { paths } from '#paths.ts'
import { createStore } from '../../store.ts'

const KEY = 'concord-secrets no-shortcuts'

/**
 * Whether single keys do something (WCAG 2.1.4): speech input and a slip of the hand can press them. Remembered by the
 * browser, also over a sign-out.
 */
export const shortcutsOn = createStore(!isSwitchedOff())

function isSwitchedOff(): boolean {
  try {
    return localStorage.getItem(KEY) !== null
  } catch {
    return false
  }
}

export function switchShortcuts(on: boolean) {
  shortcutsOn.set(on)
  try {
    if (on) localStorage.removeItem(KEY)
    else localStorage.setItem(KEY, '1')
  } catch {
    // Storage is blocked: the choice then lasts as long as the page.
  }
}

/** How long `g` waits for the key after it, in ms. */
const SECOND_KEY = 1_500

/** `/` goes to the filter, `?` opens the help, `g o` the organizations. The dialog in HelpDialog.tsx lists them. */
export function useShortcuts(onHelp: () => void) {
  const navigate = useNavigate()
  useEffect(() => {
    let startedAt = Number.NEGATIVE_INFINITY
    function onKeyDown(event: KeyboardEvent) {
      if (!shortcutsOn.get() || event.ctrlKey || event.metaKey || event.altKey || isTaken(event)) return
      const follows = event.timeStamp - startedAt < SECOND_KEY
      startedAt = event.key === 'g' ? event.timeStamp : Number.NEGATIVE_INFINITY
      if (event.key === '/') focusFilter(event)
      if (event.key === '?') onHelp()
      if (event.key === 'o' && follows) void navigate(paths.organizations())
    }
    document.addEventListener('keydown', onKeyDown)
    return () => document.removeEventListener('keydown', onKeyDown)
  }, [onHelp, navigate])
}

function focusFilter(event: KeyboardEvent) {
  const filter = document.querySelector<HTMLInputElement>('main input[type=search]')
  if (!filter) return
  // It would be typed.
  event.preventDefault()
  filter.select()
}

/** Somebody types, chooses from a list, or has a dialog or a menu open. */
function isTaken({ target, defaultPrevented, isComposing, repeat }: KeyboardEvent) {
  if (defaultPrevented || isComposing || repeat || document.querySelector('dialog[open], :popover-open')) return true
  return target instanceof Element && target.closest('input, textarea, select, [contenteditable], [role=listbox]')
}
