import { CircleCheck } from 'lucide-react'
import { useEffect, useRef } from 'react'
import { NameProblem } from '#concord/NameProblem.tsx'
import { Field } from '#ui/Field.tsx'
import { Icon } from '#ui/Icon.tsx'
import type { Line } from './preflightLines.ts'

type Props = {
  /** Where the name must be free. */
  target: string
  /** The name that was not. */
  taken: string
  value: string
  onChange: (value: string) => void
  /** Why it is no name at all. */
  problem: string | undefined
  /** Whether it is free. */
  line: Line | undefined
  readOnly: boolean
}

/** For a name that is taken where the secret goes: it is moved and renamed in one step. */
export function NewNameField({ target, taken, value, onChange, problem, line, readOnly }: Props) {
  const input = useRef<HTMLInputElement>(null)

  // It comes when the name was looked up. Somebody who types the confirmation by then is not interrupted.
  useEffect(() => {
    const field = input.current
    const fields = field?.form?.querySelectorAll<HTMLInputElement>('input[data-focus]') ?? []
    if ([...fields].every((other) => other === field || other.value === '')) field?.focus()
  }, [])

  return (
    <Field
      label={`Name in ${target}`}
      error={
        problem ? <NameProblem words={problem} text={value} onUse={onChange} /> : line?.light === 'red' && line.text
      }
      help={line?.light === 'green' ? <Free text={line.text} /> : line?.text}
    >
      {(control) => (
        <input
          {...control}
          type="text"
          className="mono"
          data-focus
          ref={input}
          value={value}
          // What is taken is to be replaced; what was typed since is not.
          onFocus={({ target: field }) => value === taken && field.select()}
          onChange={(event) => onChange(event.target.value)}
          autoComplete="off"
          autoCapitalize="none"
          spellCheck={false}
          readOnly={readOnly}
        />
      )}
    </Field>
  )
}

const Free = ({ text }: { text: string }) => (
  <span className="free" role="status">
    <Icon of={CircleCheck} size={14} /> {text}
  </span>
)
