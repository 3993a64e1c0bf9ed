const UNITS: [Intl.RelativeTimeFormatUnit, number][] = [
  ['year', 365 * 24 * 3600],
  ['month', 30 * 24 * 3600],
  ['day', 24 * 3600],
  ['hour', 3600],
  ['minute', 60],
]
const format = new Intl.RelativeTimeFormat('en')

/** `3 days ago`, `in 2 hours`, `just now`. Concord's timestamps name their offset in several ways: parse them. */
export function relativeTime(at: string | Date, now = new Date()): string {
  const seconds = (new Date(at).getTime() - now.getTime()) / 1000
  if (Number.isNaN(seconds)) return 'at an unknown time'
  for (const [unit, size] of UNITS) {
    if (Math.abs(seconds) >= size) return format.format(Math.trunc(seconds / size), unit)
  }
  return 'just now'
}

/** `3 Nov 2026, 14:05:09 GMT+1`, in the user's time zone. */
export const exactTime = (at: string | Date) =>
  Number.isNaN(new Date(at).getTime())
    ? String(at)
    : new Intl.DateTimeFormat('en-GB', { dateStyle: 'medium', timeStyle: 'long' }).format(new Date(at))
