/** One header of a request, in lower case. */
type HeaderOf = (name: 'authorization' | 'cookie' | 'host' | 'origin' | 'sec-fetch-site') => string | undefined

/**
 * A change that a page of another origin has the browser send, with the cookies or the Basic credentials that it keeps
 * for this one. `SameSite=Lax` does not hold back the pages of sibling hosts, such as other.example.com, or of another
 * port, and a form needs nobody's consent. Concord lets them through.
 *
 * Browsers say where a request comes from, and no page can change what they say: with `Sec-Fetch-Site` to https and
 * localhost, with `Origin` to all. Other programs send neither.
 *
 * `forwardedHost` is what a trusted proxy says that the browser asked for, if it puts its own name into `Host`.
 */
export function comesFromAnotherPage(method: string, headerOf: HeaderOf, forwardedHost?: string): boolean {
  if (['GET', 'HEAD', 'OPTIONS'].includes(method)) return false
  const site = headerOf('sec-fetch-site')
  const origin = headerOf('origin')
  const isOurs =
    site !== undefined
      ? site === 'same-origin' || site === 'none'
      : origin === undefined || isHere(origin, [headerOf('host'), forwardedHost])
  return !isOurs && !bringsItsOwnKey(headerOf)
}

function isHere(origin: string, names: (string | undefined)[]): boolean {
  if (!URL.canParse(origin)) return false
  const { protocol, host } = new URL(origin)
  return names.some((name) => {
    // With the scheme, so that the port that goes without saying is left out of both.
    const address = `${protocol}//${name}`
    return name !== undefined && URL.canParse(address) && new URL(address).host === host
  })
}

/** A script that brings an API key is no forgery: Concord's CORS headers invite it. Basic is kept by the browser, too. */
function bringsItsOwnKey(headerOf: HeaderOf): boolean {
  const authorization = headerOf('authorization')
  return headerOf('cookie') === undefined && authorization !== undefined && !/^\s*basic\b/i.test(authorization)
}

export const FOREIGN_PAGE = 'Pages of other origins cannot change anything with this sign-in'
