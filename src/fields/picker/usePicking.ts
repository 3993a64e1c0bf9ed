import {
  type UseComboboxReturnValue,
  type UseComboboxState,
  type UseComboboxStateChangeOptions,
  useCombobox,
} from 'downshift'
import { type KeyboardEvent, useState } from 'react'
import type { Option } from './option.ts'

export type Combobox = UseComboboxReturnValue<Option>

type Picking = {
  inputId: string
  options: Option[]
  /** What the input has in it. */
  text: string
  /** The option that Enter may choose without an arrow key: none while a better one may still come. */
  best: Option | undefined
  onChoose: (option: Option) => void
  onOpen: () => void
}

/** Downshift's combobox, in which only Enter and a click choose, and Esc closes one thing at a time. */
export function usePicking({ inputId, options, text, best, onChoose, onOpen }: Picking) {
  const [isOpen, setIsOpen] = useState(false)
  // By value: an answer that comes must not put another option under the arrow keys.
  const [pointedAt, setPointedAt] = useState<string>()
  const at = (wanted: string | undefined) => options.findIndex(({ value }) => value === wanted)
  const pointed = at(pointedAt)

  const combobox = useCombobox<Option>({
    inputId,
    items: options,
    itemToString: (option) => option?.text ?? '',
    isOpen,
    inputValue: text,
    // What is chosen is in the input or in the chips.
    selectedItem: null,
    highlightedIndex: pointed < 0 ? at(best?.value) : pointed,
    stateReducer,
    onHighlightedIndexChange: ({ highlightedIndex }) => setPointedAt(options[highlightedIndex]?.value),
    onIsOpenChange: (change) => {
      setIsOpen(change.isOpen)
      if (change.isOpen) onOpen()
    },
    onSelectedItemChange: ({ selectedItem }) => selectedItem && onChoose(selectedItem),
  })

  function onKeyDown(event: KeyboardEvent<HTMLInputElement>) {
    // Another form's key, or Esc for the dialog around it: not for this list.
    const isOurs = !event.ctrlKey && !event.metaKey && (event.key !== 'Escape' || isOpen)
    if (!isOurs) Object.assign(event.nativeEvent, { preventDownshiftDefault: true })
    else if (event.key === 'Escape') event.stopPropagation()
  }

  return { combobox, onKeyDown }
}

const { InputBlur, InputClick, InputKeyDownEnter } = useCombobox.stateChangeTypes

function stateReducer(
  state: UseComboboxState<Option>,
  { type, changes }: UseComboboxStateChangeOptions<Option>,
): Partial<UseComboboxState<Option>> {
  if (type === InputBlur) return { ...changes, selectedItem: null }
  // A click that moves the caret must not close the list.
  if (type === InputClick && state.isOpen) return state
  if (type === InputKeyDownEnter && state.highlightedIndex < 0) return state
  return changes
}
