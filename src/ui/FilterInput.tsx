import { Search, X } from 'lucide-react'
import { useEffect, useRef, useState } from 'react'
import { Icon } from './Icon.tsx'
import { useLostLines } from './useLostLines.ts'

type Props = {
  label: string
  /** Has to follow `onChange` at once: what is in the address follows later (see useWantedParams). */
  value: string
  onChange: (value: string) => void
  /** Pause before a change is reported, in ms. */
  delay?: number
}

/** Filters as one types; Esc and the cross clear it. */
export function FilterInput({ label, value, onChange, delay = 0 }: Props) {
  /** What is typed and not reported yet. */
  const [waiting, setWaiting] = useState<string>()
  const typed = waiting ?? value
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined)
  const input = useRef<HTMLInputElement>(null)
  const { lost, noticing } = useLostLines()

  // A user who has left the page must not be taken back to it.
  useEffect(() => () => clearTimeout(timer.current), [])

  function report(next: string, pause: number) {
    clearTimeout(timer.current)
    const now = () => {
      setWaiting(undefined)
      onChange(next)
    }
    if (!pause) return now()
    setWaiting(next)
    timer.current = setTimeout(now, pause)
  }

  return (
    <div className="filter ui input">
      <Icon of={Search} />
      <input
        ref={input}
        {...noticing}
        type="search"
        aria-label={label}
        placeholder={label}
        value={typed}
        autoComplete="off"
        autoCapitalize="none"
        spellCheck={false}
        onChange={(event) => report(event.target.value, delay)}
        onKeyDown={(event) => event.key === 'Escape' && typed && report('', 0)}
        // Somebody may be about to follow a link: what is typed must be in the address before.
        onBlur={() => waiting !== undefined && report(waiting, 0)}
      />
      {typed && (
        <button
          type="button"
          className="ui icon basic button"
          aria-label="Clear the filter"
          onClick={() => {
            report('', 0)
            input.current?.focus()
          }}
        >
          <Icon of={X} />
        </button>
      )}
      {lost && typed && (
        <p className="note warning" role="status">
          {lost}
        </p>
      )}
    </div>
  )
}
