import { useSearchParams } from 'react-router'
import type { AuditAction } from '#api/types.ts'
import { PERIODS } from './period.ts'

/** A deleted secret has no page, so nobody needs to look for its deletion here. */
const ACTIONS: Record<Exclude<AuditAction, 'DELETE'>, string> = {
  CREATE: 'Created',
  UPDATE: 'Changed',
  ACCESS: 'Read or used',
}

export const isAction = (action: string | null): action is keyof typeof ACTIONS =>
  action !== null && Object.hasOwn(ACTIONS, action)

/** What is left out, and since when: all in the address. */
export function AuditFilters() {
  const [params, setParams] = useSearchParams()
  const period = params.get('period') ?? ''

  function set(name: string, value: string) {
    const next = new URLSearchParams(params)
    if (value) next.set(name, value)
    else next.delete(name)
    next.delete('page')
    if (name === 'period' && value !== 'days') {
      next.delete('from')
      next.delete('to')
    }
    setParams(next, { preventScrollReset: true })
  }

  return (
    <div className="tools">
      <label className="size">
        Action
        <select value={params.get('action') ?? ''} onChange={(event) => set('action', event.target.value)}>
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
      {period === 'days' &&
        (['from', 'to'] as const).map((end) => (
          <label className="size" key={end}>
            {end === 'from' ? 'From' : 'To'}
            <input
              type="date"
              value={params.get(end) ?? ''}
              max={end === 'from' ? (params.get('to') ?? undefined) : undefined}
              min={end === 'to' ? (params.get('from') ?? undefined) : undefined}
              onChange={(event) => set(end, event.target.value)}
            />
          </label>
        ))}
    </div>
  )
}
