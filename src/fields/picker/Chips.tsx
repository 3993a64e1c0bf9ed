import { X } from 'lucide-react'
import { Label } from 'semantic-ui-react'
import { Icon } from '#ui/Icon.tsx'
import type { Option } from './option.ts'

type Props = {
  options: Option[]
  /** Names the list: `Chosen projects`. */
  label: string
  disabled: boolean
  onRemove: (option: Option) => void
}

/** What is chosen, each with a button that removes it; Delete and Backspace on the button do the same. */
export function Chips({ options, label, disabled, onRemove }: Props) {
  if (options.length === 0) return null
  return (
    <ul className="chips" aria-label={label}>
      {options.map((option) => (
        <Label as="li" key={option.value}>
          <span className="mono">{option.text}</span>
          <button
            type="button"
            aria-label={`Remove ${option.text}`}
            title={`Remove ${option.text}`}
            disabled={disabled}
            onClick={() => onRemove(option)}
            onKeyDown={({ key }) => (key === 'Delete' || key === 'Backspace') && onRemove(option)}
          >
            <Icon of={X} size={14} />
          </button>
        </Label>
      ))}
    </ul>
  )
}
