/** A request header, by its name in lower case. */
type HeaderOf = (name: 'authorization' | 'cookie' | 'host' | 'origin' | 'sec-fetch-site') => string | undefined

/**
 * Whether a page of another origin makes a change with the cookies or Basic credentials that the browser stores for
 * this one (CSRF). `SameSite=Lax` does not stop pages of sibling hosts, such as other.example.com, or of another port,
 * and forms need no CORS. Concord allows such requests. Browsers send the origin of a request, which no page can
 * change: `Sec-Fetch-Site` for https and localhost, `Origin` for all. Other programs send neither. `forwardedHost` is
 * the host name that the browser used, from a trusted proxy that puts its own name into `Host`.
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
    // With the scheme, so that the default port is omitted from both.
    const address = `${protocol}//${name}`
    return name !== undefined && URL.canParse(address) && new URL(address).host === host
  })
}

/**
 * A script that sends an API key is not forging: Concord's CORS headers allow it. But browsers store Basic credentials.
 */
function bringsItsOwnKey(headerOf: HeaderOf): boolean {
  const authorization = headerOf('authorization')
  return headerOf('cookie') === undefined && authorization !== undefined && !/^\s*basic\b/i.test(authorization)
}

export const FOREIGN_PAGE = 'Pages of other origins cannot change anything with this sign-in'
