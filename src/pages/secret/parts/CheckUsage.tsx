import type { UsageLookup } from '#concord/usage.ts'
import { RelativeTime } from '#ui/RelativeTime.tsx'
import { count } from '#ui/words.ts'

/**
 * Looks up the repositories that use the secret, where that takes many requests, and stops it. Always the same button,
 * so that it keeps the focus.
 */
export function CheckUsage({ usage: { unchecked, stop, at, check } }: { usage: UsageLookup }) {
  const label = stop ? 'Stop' : unchecked !== undefined ? `Check ${count(unchecked, 'project')}` : 'Check again'
  if (!stop && unchecked === undefined && at === undefined) return null
  return (
    <p className="check-usage">
      <button type="button" className="ui small button" onClick={stop ?? check}>
        {label}
      </button>{' '}
      {at !== undefined && (
        <span className="note">
          Checked <RelativeTime at={new Date(at).toISOString()} />
        </span>
      )}
    </p>
  )
}
