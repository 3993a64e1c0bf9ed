import { Eye, EyeOff } from 'lucide-react'
import { type InputHTMLAttributes, type Ref, type TextareaHTMLAttributes, useState } from 'react'
import { Icon } from './Icon.tsx'

type Shared = {
  /** What is hidden, for the switch: `Show password`. */
  what: string
}
type OneLine = Shared & { multiline?: false; inputRef?: Ref<HTMLInputElement> } & InputHTMLAttributes<HTMLInputElement>
type Lines = Shared & {
  multiline: true
  textRef?: Ref<HTMLTextAreaElement>
} & TextareaHTMLAttributes<HTMLTextAreaElement>

/** A masked value with a button to show it. */
export function RevealInput({ what, ...props }: OneLine | Lines) {
  const [shown, setShown] = useState(false)
  const common = { autoCapitalize: 'none', autoComplete: 'off', autoCorrect: 'off', spellCheck: false } as const
  return (
    <div className={`reveal ${props.multiline ? 'lines' : ''}`}>
      {props.multiline ? (
        <textarea
          {...common}
          {...withoutMultiline(props)}
          ref={props.textRef}
          className={`mono ${shown ? '' : 'masked'}`}
        />
      ) : (
        <input
          {...common}
          {...withoutMultiline(props)}
          ref={props.inputRef}
          className="mono"
          type={shown ? 'text' : 'password'}
        />
      )}
      <button
        type="button"
        className="ui icon basic button"
        aria-pressed={shown}
        aria-label={`Show ${what}`}
        onClick={() => setShown(!shown)}
      >
        <Icon of={shown ? EyeOff : Eye} />
      </button>
    </div>
  )
}

function withoutMultiline<P extends { multiline?: boolean; inputRef?: unknown; textRef?: unknown }>({
  multiline: _,
  inputRef: __,
  textRef: ___,
  ...rest
}: P) {
  return rest
}
