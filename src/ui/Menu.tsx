import { Ellipsis, type LucideIcon } from 'lucide-react'
import { type KeyboardEvent, type ReactNode, useId, useLayoutEffect, useRef, useState } from 'react'
import { flushSync } from 'react-dom'
import { Link } from 'react-router'
import { Icon } from './Icon.tsx'

export type MenuItem = { label: string; icon?: LucideIcon; danger?: boolean } & (
  | { onSelect: () => void; to?: never }
  | { to: string; onSelect?: never }
)

type Props = {
  /** The button's name: `Actions for git-key`. */
  label: string
  items: MenuItem[]
  /** In the button; three dots without it. */
  children?: ReactNode
  /** Above the items, such as who is signed in. */
  header?: ReactNode
  /** The pointer or the focus is on the button: time to find out what the list needs to know. */
  onApproach?: () => void
}

/** A button with a list of actions. The list is a popover: no row or box clips it, Esc and a click outside close it. */
export function Menu({ label, items, children, header, onApproach }: Props) {
  const [open, setOpen] = useState(false)
  // A table has one menu per row, and most are never opened: their lists are made when they are.
  const [wasOpened, setWasOpened] = useState(false)
  const button = useRef<HTMLButtonElement>(null)
  const list = useRef<HTMLDivElement | null>(null)
  const listId = useId()

  const itemCount = items.length
  // biome-ignore lint/correctness/useExhaustiveDependencies: items that come while the list is open make it wider.
  useLayoutEffect(() => {
    if (open && list.current && button.current) place(list.current, button.current)
  }, [open, itemCount])

  // biome-ignore lint/correctness/useExhaustiveDependencies: the menu is of something else now, and its items as well.
  useLayoutEffect(() => {
    if (open) list.current?.hidePopover()
  }, [label])

  function show(position: 'first' | 'last') {
    flushSync(() => setWasOpened(true))
    if (!button.current || !list.current) return
    list.current.showPopover()
    place(list.current, button.current)
    const entries = itemsOf(list.current)
    ;(position === 'first' ? entries[0] : entries.at(-1))?.focus()
  }

  function hide() {
    list.current?.hidePopover()
    button.current?.focus()
  }

  return (
    <>
      <button
        ref={button}
        type="button"
        className={children ? 'ui basic button menu-button' : 'ui icon basic button'}
        aria-label={children ? undefined : label}
        title={children ? undefined : label}
        aria-haspopup="menu"
        aria-expanded={open}
        aria-controls={listId}
        onPointerEnter={onApproach}
        onFocus={onApproach}
        onClick={() => (open ? hide() : show('first'))}
        onKeyDown={(event) => {
          if (event.key !== 'ArrowDown' && event.key !== 'ArrowUp') return
          event.preventDefault()
          show(event.key === 'ArrowDown' ? 'first' : 'last')
        }}
      >
        {children ?? <Icon of={Ellipsis} />}
      </button>
      {wasOpened && (
        <div
          ref={(element) => {
            list.current = element
            if (!element) return
            // React 18 knows neither the attribute nor the event.
            element.popover = 'auto'
            element.ontoggle = (event) => setOpen((event as ToggleEvent).newState === 'open')
          }}
          className="popup-menu"
          id={listId}
        >
          {header && <div className="popup-header">{header}</div>}
          <div
            role="menu"
            aria-label={label}
            tabIndex={-1}
            onKeyDown={(event) => list.current && onKey(event, list.current, hide)}
          >
            {items.map((item) => (
              <Item
                key={item.label}
                item={item}
                onFollow={() => list.current?.hidePopover()}
                onSelect={() => {
                  // First back to the button: a dialog that opens now returns the focus there.
                  hide()
                  item.onSelect?.()
                }}
              />
            ))}
          </div>
        </div>
      )}
    </>
  )
}

type ItemProps = { item: MenuItem; onFollow: () => void; onSelect: () => void }

function Item({ item: { label, icon, danger, to }, onFollow, onSelect }: ItemProps) {
  const props = { role: 'menuitem', tabIndex: -1, className: danger ? 'danger' : undefined }
  const content = (
    <>
      {icon && <Icon of={icon} />} {label}
    </>
  )
  return to !== undefined ? (
    <Link {...props} to={to} onClick={onFollow}>
      {content}
    </Link>
  ) : (
    <button {...props} type="button" onClick={onSelect}>
      {content}
    </button>
  )
}

function onKey(event: KeyboardEvent, list: HTMLElement, hide: () => void) {
  if (event.key === 'Tab') list.hidePopover()
  if (event.key === 'Escape') {
    // Only the menu, not a dialog around it.
    event.stopPropagation()
    event.preventDefault()
    hide()
  }
  const target = focusTarget(event.key, itemsOf(list))
  if (!target) return
  event.preventDefault()
  target.focus()
}

/** The item that a key leads to from the one with the focus. */
function focusTarget(key: string, items: HTMLElement[]): HTMLElement | undefined {
  const at = items.indexOf(document.activeElement as HTMLElement)
  const targets: Record<string, HTMLElement | undefined> = {
    ArrowDown: items[(at + 1) % items.length],
    ArrowUp: items.at(at - 1),
    Home: items[0],
    End: items.at(-1),
  }
  return targets[key]
}

const itemsOf = (list: HTMLElement) => [...list.querySelectorAll<HTMLElement>('[role=menuitem]')]

/** Below the button, right edges aligned; above it where there is no room. */
function place(list: HTMLElement, button: HTMLElement) {
  const from = button.getBoundingClientRect()
  // Where it was, an edge of the window may have made it narrower.
  list.style.left = '8px'
  const { width, height } = list.getBoundingClientRect()
  const below = from.bottom + 4
  list.style.left = `${Math.max(8, Math.min(from.right - width, window.innerWidth - width - 8))}px`
  list.style.top = `${below + height < window.innerHeight ? below : Math.max(8, from.top - height - 4)}px`
}
