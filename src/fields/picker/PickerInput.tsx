import { ChevronDown } from 'lucide-react'
import { type FocusEvent, type KeyboardEvent, type MouseEvent, type ReactNode, useRef, useState } from 'react'
import { Input } from 'semantic-ui-react'
import type { ControlProps } from '#ui/Field.tsx'
import { Icon } from '#ui/Icon.tsx'
import { searched, trimmed } from '#ui/typed.ts'
import { Chips } from './Chips.tsx'
import type { Option } from './option.ts'
import { PickerList } from './PickerList.tsx'
import { type Noun, SHOWN, statusWords } from './statusWords.ts'
import { usePicking } from './usePicking.ts'
import type { Search } from './useSearch.ts'

export type PickerProps = {
  label: string
  noun: Noun
  search: Omit<Search<unknown>, 'matches' | 'leftOut'>
  /** Those that match, the best first. */
  options: Option[]
  /** Why what is typed is not offered, though there is one of that name. */
  whyNot?: string | undefined
  help?: ReactNode
  error?: string | undefined
  disabled?: boolean | undefined
} & (
  | { multiple?: false; value: Option | undefined; onChange: (option: Option | undefined) => void }
  | { multiple: true; value: Option[]; onChange: (options: Option[]) => void }
)

type Props = PickerProps & {
  control: ControlProps
  /** Called with the text that is dropped, and with '' when somebody types again. */
  onDrop: (text: string) => void
}

/** The box of a picker: what is chosen, the input, the list. */
export function PickerInput(props: Props) {
  const { control, noun, search, disabled = false, onDrop } = props
  const [typed, setTyped] = useState<string>()
  const [said, setSaid] = useState('')
  const box = useRef<HTMLDivElement>(null)
  const input = useRef<HTMLInputElement>(null)
  const chosen = chosenOf(props)
  const options = props.options.slice(0, SHOWN)
  const matching = props.options.length
  const status = props.whyNot ?? (search.error ? '' : statusWords({ noun, ...search, matching }))
  const isSure = search.term !== '' && search.isSure && !props.whyNot

  const { combobox, onKeyDown } = usePicking({
    inputId: control.id,
    options,
    text: typed ?? (props.multiple ? '' : (props.value?.text ?? '')),
    best: isSure ? options[0] : undefined,
    onChoose: choose,
    onOpen: () => setSaid(''),
  })

  function type(text: string | undefined) {
    setTyped(text)
    setSaid('')
    search.onTerm(text ?? '')
  }

  function choose(option: Option) {
    type(undefined)
    setSaid(`${option.text} is chosen`)
    if (props.multiple) props.onChange([...props.value, option])
    else props.onChange(option)
  }

  function remove(option: Option) {
    if (!props.multiple) return
    setSaid(`Removed ${option.text}`)
    props.onChange(props.value.filter(({ value }) => value !== option.value))
    // The button that had the focus is gone.
    input.current?.focus()
  }

  function onInputKeyDown(event: KeyboardEvent<HTMLInputElement>) {
    const last = chosen.at(-1)
    if (event.key === 'Backspace' && !typed && last) remove(last)
    onKeyDown(event)
  }

  function onLeave({ target }: FocusEvent) {
    // The window has lost the focus, not the input: somebody copies a name elsewhere.
    if (document.activeElement === target || typed === undefined) return
    type(undefined)
    if (searched(typed) !== '') onDrop(trimmed(typed))
    else if (!props.multiple) props.onChange(undefined)
  }

  return (
    <>
      {/* biome-ignore lint/a11y/noStaticElementInteractions: for the pointer; keys reach the input and the buttons. */}
      {/* biome-ignore lint/a11y/useKeyWithClickEvents: as above */}
      <div
        ref={box}
        className={`picker ${disabled ? 'disabled' : ''}`}
        onMouseDown={keepFocus}
        onClick={() => input.current?.focus()}
      >
        {props.multiple && (
          <Chips options={chosen} label={`Chosen ${noun.many}`} disabled={disabled} onRemove={remove} />
        )}
        <Input fluid transparent>
          <input
            {...combobox.getInputProps({
              ref: input,
              disabled,
              placeholder: chosen.length ? '' : 'Type to search',
              'aria-describedby': control['aria-describedby'],
              'aria-invalid': control['aria-invalid'],
              // The label has no id; it names the input by `for`.
              'aria-labelledby': undefined,
              autoCapitalize: 'none',
              spellCheck: false,
              onKeyDown: onInputKeyDown,
              onChange: (event) => type(event.currentTarget.value),
              onBlur: onLeave,
              onFocus: () => {
                search.onStart()
                onDrop('')
                if (typed === undefined) input.current?.select()
              },
            })}
          />
          <button
            {...combobox.getToggleButtonProps({ disabled })}
            type="button"
            className="picker-toggle"
            aria-label={`Show ${noun.many}`}
          >
            <Icon of={ChevronDown} />
          </button>
        </Input>
        <PickerList
          combobox={combobox}
          options={options}
          chosen={props.multiple ? [] : chosen}
          status={matching === 0 || matching > SHOWN || search.hasMore || search.isSearching ? status : ''}
          label={`${noun.many} to choose from`}
          box={box}
        />
      </div>
      <div role="status" className="visually-hidden">
        {said || (combobox.isOpen ? status : '')}
      </div>
    </>
  )
}

const chosenOf = ({ multiple, value }: PickerProps): Option[] => (multiple ? value : value ? [value] : [])

/** Pressing what is beside the input must not end the typing. */
function keepFocus(event: MouseEvent) {
  if (!(event.target instanceof HTMLInputElement)) event.preventDefault()
}
