const UNITS: [Intl.RelativeTimeFormatUnit, number][] = [
  ['year', 365 * 24 * 3600],
  ['month', 30 * 24 * 3600],
  ['day', 24 * 3600],
  ['hour', 3600],
  ['minute', 60],
]
const format = new Intl.RelativeTimeFormat('en')
// Creating one is slow, and a list shows fifty times.
const exactFormat = new Intl.DateTimeFormat('en-GB', { dateStyle: 'medium', timeStyle: 'long' })

/** Concord writes the offset as `Z`, `+01` or `+0130` (concord-api §1); browsers want a colon and minutes. */
export const timeOf = (at: string): Date =>
  new Date(at.replace(/(?<=T.+)([+-]\d\d):?(\d\d)?$/, (_, hours: string, minutes = '00') => `${hours}:${minutes}`))

/** `3 days ago`, `in 2 hours`, `just now`. */
export function relativeTime(at: string, now = new Date()): string {
  const seconds = (timeOf(at).getTime() - now.getTime()) / 1000
  if (Number.isNaN(seconds)) return 'at an unknown time'
  for (const [unit, size] of UNITS) {
    if (Math.abs(seconds) >= size) return format.format(Math.trunc(seconds / size), unit)
  }
  return 'just now'
}

/** `3 Nov 2026, 14:05:09 GMT+1`, in the user's time zone. */
export function exactTime(at: string): string {
  const time = timeOf(at)
  return Number.isNaN(time.getTime()) ? at : exactFormat.format(time)
}
