import type { MouseEvent } from 'react'
import { useNavigate } from 'react-router'

/**
 * For a <tbody>: a click anywhere in a row follows the link in its `.primary` cell, with the key or the mouse button that
 * opens a new tab. Text can be selected. The links are plain ones: fifty of the router's take longer than all else in
 * their rows.
 */
export function useRowLinks() {
  const navigate = useNavigate()
  return {
    onClick(event: MouseEvent<HTMLElement>) {
      const row = rowOf(event)
      if (!row) return
      if (event.detail > 0 && hasSelection()) return event.preventDefault()
      if (event.ctrlKey || event.metaKey || event.shiftKey || event.altKey) return row.isOnLink || pass(row.link, event)
      event.preventDefault()
      void navigate(row.link.pathname + row.link.search)
    },
    onAuxClick(event: MouseEvent<HTMLElement>) {
      const row = event.button === 1 ? rowOf(event) : undefined
      if (row && !row.isOnLink) pass(row.link, { ctrlKey: true, metaKey: true, shiftKey: event.shiftKey })
    },
    onMouseDown(event: MouseEvent<HTMLElement>) {
      // The middle button would start to scroll.
      if (event.button === 1 && rowOf(event)) event.preventDefault()
    },
  }
}

/** The link of the clicked row; undefined where the row has something else to press. */
function rowOf({ target, defaultPrevented }: MouseEvent) {
  if (defaultPrevented || !(target instanceof Element) || target.closest('button, input, select, label'))
    return undefined
  const link = target.closest('tr')?.querySelector<HTMLAnchorElement>('.primary a')
  const pressed = target.closest('a')
  return link && (!pressed || pressed === link) ? { link, isOnLink: pressed === link } : undefined
}

/** Who selects text ends with a click, too. */
const hasSelection = () => window.getSelection()?.isCollapsed === false

type Keys = Pick<MouseEventInit, 'ctrlKey' | 'metaKey' | 'shiftKey' | 'altKey'>

function pass(link: HTMLAnchorElement, { ctrlKey = false, metaKey = false, shiftKey = false, altKey = false }: Keys) {
  link.dispatchEvent(new window.MouseEvent('click', { cancelable: true, ctrlKey, metaKey, shiftKey, altKey }))
}
