import { Search, X } from 'lucide-react'
import { useEffect, useRef, useState } from 'react'
import { Icon } from './Icon.tsx'

type Props = {
  label: string
  value: string
  onChange: (value: string) => void /** Pause before a change is told, in ms. */
  delay?: number
}

/** Filters as one types; Esc and the cross clear it. It follows `value`, which usually is in the address. */
export function FilterInput({ label, value, onChange, delay = 0 }: Props) {
  const [typed, setTyped] = useState(value)
  // What was told and has not come back as `value` yet: the address follows with a delay.
  const told = useRef<string[]>([])
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined)
  const input = useRef<HTMLInputElement>(null)

  useEffect(() => {
    const echo = told.current.indexOf(value)
    told.current = told.current.slice(echo + 1)
    // The address changed by itself: Back, or a "clear" elsewhere on the page.
    if (echo < 0) setTyped(value)
  }, [value])

  // Whoever has left the page must not be called back to it.
  useEffect(() => () => clearTimeout(timer.current), [])

  function tell(next: string, pause: number) {
    setTyped(next)
    clearTimeout(timer.current)
    const now = () => {
      timer.current = undefined
      told.current.push(next)
      onChange(next)
    }
    if (pause) timer.current = setTimeout(now, pause)
    else now()
  }

  return (
    <div className="filter ui input">
      <Icon of={Search} />
      <input
        ref={input}
        type="search"
        aria-label={label}
        placeholder={label}
        value={typed}
        autoComplete="off"
        autoCapitalize="none"
        spellCheck={false}
        onChange={(event) => tell(event.target.value, delay)}
        onKeyDown={(event) => event.key === 'Escape' && typed && tell('', 0)}
        // Somebody may be about to follow a link: what is typed must be in the address before.
        onBlur={() => timer.current !== undefined && tell(typed, 0)}
      />
      {typed && (
        <button
          type="button"
          className="ui icon basic button"
          aria-label="Clear the filter"
          onClick={() => {
            tell('', 0)
            input.current?.focus()
          }}
        >
          <Icon of={X} />
        </button>
      )}
    </div>
  )
}
