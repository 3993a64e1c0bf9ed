/** Periods to choose from, by their name in the address. */
export const PERIODS = {
  '24h': { label: 'Last 24 hours', hours: 24 },
  '7d': { label: 'Last 7 days', hours: 7 * 24 },
  '30d': { label: 'Last 30 days', hours: 30 * 24 },
  '365d': { label: 'Last 12 months', hours: 365 * 24 },
} as const

const isPreset = (period: string): period is keyof typeof PERIODS => Object.hasOwn(PERIODS, period)
const isDay = (day: string | null): day is string =>
  day !== null && /^\d{4}-\d{2}-\d{2}$/.test(day) && !Number.isNaN(Date.parse(`${day}T00:00`))

/**
 * The period in the address, in Concord's form: ISO-8601 with an offset, both ends exclusive (concord-api §11). `from` and
 * `to` are whole days in the user's time zone. Invalid values are ignored.
 */
export function timesOf(params: URLSearchParams, now = new Date()): { after?: string; before?: string } {
  const period = params.get('period') ?? ''
  if (isPreset(period)) return { after: new Date(now.getTime() - PERIODS[period].hours * 3_600_000).toISOString() }
  if (period !== 'days') return {}
  const [from, to] = [params.get('from'), params.get('to')]
  return {
    ...(isDay(from) && { after: new Date(startOf(from).getTime() - 1).toISOString() }),
    ...(isDay(to) && { before: nextDay(to).toISOString() }),
  }
}

const startOf = (day: string) => new Date(`${day}T00:00`)

/** Not 24 hours later: the clock may change in between. */
function nextDay(day: string) {
  const next = startOf(day)
  next.setDate(next.getDate() + 1)
  return next
}
