import { useState } from 'react'
import type { AuditAction } from '#api/types.ts'
import { setOrDelete, useWantedParams } from '#ui/useWantedParams.ts'
import { PERIODS } from './period.ts'

/** A deleted secret has no page, so its deletion is not offered. */
const ACTIONS: Record<Exclude<AuditAction, 'DELETE'>, string> = {
  CREATE: 'Created',
  UPDATE: 'Changed',
  ACCESS: 'Read or used',
}

export const isAction = (action: string | null): action is keyof typeof ACTIONS =>
  action !== null && Object.hasOwn(ACTIONS, action)

/** Which entries are shown; the choice is in the address. */
export function AuditFilters() {
  const [wanted, want] = useWantedParams()
  const period = wanted.get('period') ?? ''

  const set = (name: string, value: string) =>
    want((next) => {
      setOrDelete(next, name, value)
      if (next.get('period') === 'days') return
      next.delete('from')
      next.delete('to')
    })

  return (
    <div className="tools">
      <label className="size">
        Action
        <select value={wanted.get('action') ?? ''} onChange={(event) => set('action', event.target.value)}>
          <option value="">Any</option>
          {Object.entries(ACTIONS).map(([action, label]) => (
            <option key={action} value={action}>
              {label}
            </option>
          ))}
        </select>
      </label>
      <label className="size">
        Period
        <select value={period} onChange={(event) => set('period', event.target.value)}>
          <option value="">Any time</option>
          {Object.entries(PERIODS).map(([name, { label }]) => (
            <option key={name} value={name}>
              {label}
            </option>
          ))}
          <option value="days">Choose days</option>
        </select>
      </label>
      {period === 'days' && (
        <>
          <Day label="From" name="from" max={wanted.get('to') || undefined} {...{ wanted, set }} />
          <Day label="To" name="to" min={wanted.get('from') || undefined} {...{ wanted, set }} />
        </>
      )}
    </div>
  )
}

type DayProps = {
  label: string
  name: 'from' | 'to'
  wanted: URLSearchParams
  set: (name: string, value: string) => void
  min?: string | undefined
  max?: string | undefined
}

/** While somebody types the year 2026, the browser reports the year 2, 20 and 202: only a whole one counts at once. */
function Day({ label, name, wanted, set, min, max = '9999-12-31' }: DayProps) {
  const [typed, setTyped] = useState<string>()

  function commit(day: string) {
    setTyped(undefined)
    if (day !== (wanted.get(name) ?? '')) set(name, day)
  }

  return (
    <label className="size">
      {label}
      <input
        type="date"
        value={typed ?? wanted.get(name) ?? ''}
        min={min}
        max={max}
        onChange={({ target: { value } }) => (/^[1-9]\d{3}-/.test(value) ? commit(value) : setTyped(value))}
        onBlur={() => typed !== undefined && commit(typed)}
        onKeyDown={({ key }) => key === 'Enter' && typed !== undefined && commit(typed)}
      />
    </label>
  )
}
