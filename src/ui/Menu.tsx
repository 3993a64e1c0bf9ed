import { ChevronDown } from 'lucide-react'
import { type ReactNode, useRef } from 'react'
import { Icon } from './Icon.tsx'
import { type MenuItem, MenuList, useMenu } from './MenuList.tsx'

type Props = {
  /** The button's name: `Account of Alice`. */
  label: string
  items: MenuItem[]
  /** In the button. */
  children: ReactNode
  /** Above the items, such as who is signed in. */
  header?: ReactNode
  /** Below the items, in the same list. */
  footer?: ReactNode
  /** The pointer or the focus is on the button: time to find out what the list needs to know. */
  onApproach?: () => void
}

/** A button with a list of actions. */
export function Menu({ label, items, children, header, footer, onApproach }: Props) {
  const menu = useMenu()
  const button = useRef<HTMLButtonElement>(null)
  return (
    <>
      <button
        ref={button}
        type="button"
        className="ui basic button menu-button"
        onPointerEnter={onApproach}
        onFocus={onApproach}
        {...menu.buttonProps}
      >
        {children}
        <Icon of={ChevronDown} />
      </button>
      <MenuList menu={menu} label={label} items={items} header={header} footer={footer} />
    </>
  )
}
