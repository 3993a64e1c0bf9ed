import { Check } from 'lucide-react'
import { type RefObject, useLayoutEffect, useRef } from 'react'
import { Menu } from 'semantic-ui-react'
import { Icon } from '#ui/Icon.tsx'
import type { Option } from './option.ts'
import { place } from './place.ts'
import type { Combobox } from './usePicking.ts'

type Props = {
  combobox: Combobox
  options: Option[]
  chosen: Option[]
  /** Shown below the options where it says more than they do. */
  status: string
  /** Says what it lists: `projects to choose from`. */
  label: string
  /** What the list is placed below. */
  box: RefObject<HTMLElement>
}

/** The options, in a popover: no row or dialog clips it. */
export function PickerList({ combobox, options, chosen, status, label, box }: Props) {
  const { isOpen, getMenuProps, getItemProps } = combobox
  const popover = useRef<HTMLDivElement | null>(null)
  usePlace(popover, box, isOpen, options.length)

  const isChosen = ({ value }: Option) => chosen.some((each) => each.value === value)
  return (
    <div
      ref={(element) => {
        popover.current = element
        // React 18 does not know the attribute.
        if (element) element.popover = 'manual'
      }}
      className="picker-list"
    >
      <Menu as="ul" fluid vertical {...getMenuProps({ 'aria-label': label })}>
        {isOpen &&
          options.map((option, index) => (
            <Menu.Item
              key={option.value}
              as="li"
              {...getItemProps({ item: option, index, 'aria-selected': isChosen(option) })}
              active={index === combobox.highlightedIndex}
            >
              <span className="name">{option.text}</span>
              {option.note && <span className="muted">{option.note}</span>}
              {isChosen(option) && <Icon of={Check} />}
            </Menu.Item>
          ))}
      </Menu>
      {/* Aloud it is said by the field. */}
      {isOpen && status && (
        <p className="note" aria-hidden="true">
          {status}
        </p>
      )}
    </div>
  )
}

/** Shows the popover and keeps it at its box. */
function usePlace(popover: RefObject<HTMLElement>, box: RefObject<HTMLElement>, isOpen: boolean, length: number) {
  useLayoutEffect(() => {
    const list = popover.current
    if (!isOpen || !list) return
    list.showPopover()
    const follow = () => box.current && place(list, box.current)
    window.addEventListener('scroll', follow, true)
    window.addEventListener('resize', follow)
    window.visualViewport?.addEventListener('resize', follow)
    return () => {
      window.removeEventListener('scroll', follow, true)
      window.removeEventListener('resize', follow)
      window.visualViewport?.removeEventListener('resize', follow)
      list.hidePopover()
    }
  }, [isOpen, popover, box])

  // biome-ignore lint/correctness/useExhaustiveDependencies: with more or fewer options the list has another height.
  useLayoutEffect(() => {
    if (isOpen && popover.current && box.current) place(popover.current, box.current)
  }, [isOpen, length, popover, box])
}
