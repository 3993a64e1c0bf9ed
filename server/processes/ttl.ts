export const DEFAULT_TTL = 3600
export const MAX_TTL = 24 * 3600

export const TTL_HELP =
  '\'ttl\' must be a number of seconds or an ISO-8601 duration such as "PT30M", from 1 second to 24 hours'

const ISO_DURATION = /^P(?=.)(?:(\d{1,6})D)?(?:T(?=.)(?:(\d{1,6})H)?(?:(\d{1,6})M)?(?:(\d{1,6})S)?)?$/

/** Parses the lifetime of a session in seconds; undefined if malformed or out of range. Default: an hour. */
export function readTtl(ttl: unknown): number | undefined {
  if (ttl === undefined || ttl === null) return DEFAULT_TTL
  const seconds = typeof ttl === 'string' ? secondsOf(ttl.trim()) : ttl
  return typeof seconds === 'number' && Number.isInteger(seconds) && seconds >= 1 && seconds <= MAX_TTL
    ? seconds
    : undefined
}

function secondsOf(text: string): number | undefined {
  if (/^\d{1,9}$/.test(text)) return Number(text)
  const match = ISO_DURATION.exec(text.toUpperCase())
  if (!match) return undefined
  const [days = 0, hours = 0, minutes = 0, seconds = 0] = match.slice(1).map((digits) => Number(digits ?? 0))
  return ((days * 24 + hours) * 60 + minutes) * 60 + seconds
}
