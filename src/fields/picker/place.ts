/** Between the box and its list, and between the list and the window's edge. */
const GAP = 4

/** Puts the list below the box, or above where there is more room: a virtual keyboard takes room away, too. */
export function place(list: HTMLElement, box: HTMLElement) {
  const { top, bottom, left, width } = box.getBoundingClientRect()
  const view = window.visualViewport
  const firstLine = view?.offsetTop ?? 0
  const lastLine = firstLine + (view?.height ?? window.innerHeight)
  const below = lastLine - bottom - 2 * GAP
  const above = top - firstLine - 2 * GAP

  Object.assign(list.style, { left: `${left}px`, width: `${width}px`, maxHeight: '' })
  const wanted = list.getBoundingClientRect().height
  const isAbove = wanted > below && above > below
  list.style.maxHeight = `${Math.max(0, isAbove ? above : below)}px`
  list.style.top = isAbove ? `${top - GAP - list.getBoundingClientRect().height}px` : `${bottom + GAP}px`
}
