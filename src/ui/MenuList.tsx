import type { LucideIcon } from 'lucide-react'
import { type KeyboardEvent, type MouseEvent, type ReactNode, useId, useLayoutEffect, useRef, useState } from 'react'
import { flushSync } from 'react-dom'
import { Link } from 'react-router'
import { Icon } from './Icon.tsx'

export type MenuItem = { label: string; icon?: LucideIcon; danger?: boolean } & (
  | { onSelect: () => void; to?: never }
  | { to: string; onSelect?: never }
)

type ListProps = {
  menu: MenuState
  /** What the menu is called, and its button: `Actions for git-key`. */
  label: string
  items: MenuItem[]
  header?: ReactNode
  /** Below the items: more of them, such as a group of `menuitemradio`. */
  footer?: ReactNode
}

type MenuState = ReturnType<typeof useMenu>

/** The state of one list of actions, which one button opens, or one of many: see `buttonProps`. */
export function useMenu() {
  const [isOpen, setIsOpen] = useState(false)
  /** The one that opened it last. Most lists are never opened, and made only when they are. */
  const [button, setButton] = useState<HTMLElement>()
  const list = useRef<HTMLDivElement | null>(null)
  const id = useId()

  function show(from: HTMLElement, position: 'first' | 'last') {
    flushSync(() => setButton(from))
    if (!list.current) return
    list.current.showPopover()
    place(list.current, from)
    const entries = itemsOf(list.current)
    ;(position === 'first' ? entries[0] : entries.at(-1))?.focus()
  }

  const close = () => list.current?.hidePopover()

  /** Back to the button. */
  function hide() {
    close()
    button?.focus()
  }

  const onClick = (from: HTMLElement) => (isOpen && from === button ? hide() : show(from, 'first'))

  function onKeyDown(event: KeyboardEvent, from: HTMLElement) {
    if (event.key !== 'ArrowDown' && event.key !== 'ArrowUp') return
    event.preventDefault()
    show(from, event.key === 'ArrowDown' ? 'first' : 'last')
  }

  return {
    ...{ isOpen, setIsOpen, button, list, id, close, hide, onClick, onKeyDown },
    /** For a menu with one button. */
    buttonProps: {
      'aria-haspopup': 'menu' as const,
      'aria-expanded': isOpen,
      'aria-controls': id,
      onClick: ({ currentTarget }: MouseEvent<HTMLElement>) => onClick(currentTarget),
      onKeyDown: (event: KeyboardEvent<HTMLElement>) => onKeyDown(event, event.currentTarget),
    },
  }
}

/** The list is a popover: no row or box clips it, Esc and a click outside close it. */
export function MenuList({ menu, label, items, header, footer }: ListProps) {
  const { isOpen, setIsOpen, button, list, id, close, hide } = menu

  const itemCount = items.length
  // biome-ignore lint/correctness/useExhaustiveDependencies: items that come while the list is open make it wider.
  useLayoutEffect(() => {
    if (isOpen && list.current && button) place(list.current, button)
  }, [isOpen, itemCount])

  // biome-ignore lint/correctness/useExhaustiveDependencies: the menu is of something else now, and its items as well.
  useLayoutEffect(() => {
    if (isOpen) close()
  }, [label])

  if (!button) return null
  return (
    <div
      ref={(element) => {
        list.current = element
        if (!element) return
        // React 18 knows neither the attribute nor the event.
        element.popover = 'auto'
        element.ontoggle = (event) => setIsOpen((event as ToggleEvent).newState === 'open')
      }}
      className="popup-menu"
      id={id}
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
            onFollow={close}
            onSelect={() => {
              // First back to the button: a dialog that opens now returns the focus there.
              hide()
              item.onSelect?.()
            }}
          />
        ))}
        {footer}
      </div>
    </div>
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
    ArrowRight: items[(at + 1) % items.length],
    ArrowLeft: items.at(at - 1),
    Home: items[0],
    End: items.at(-1),
  }
  return targets[key]
}

const itemsOf = (list: HTMLElement) => [...list.querySelectorAll<HTMLElement>('[role^=menuitem]')]

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
