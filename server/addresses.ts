import { BlockList, isIP, SocketAddress } from 'node:net'

/**
 * Parses the setting TRUSTED_PROXY: addresses and networks, such as `10.0.0.7, fd00::/8`. Undefined if an entry is
 * neither.
 */
export function readNetworks(text: string): BlockList | undefined {
  const networks = new BlockList()
  for (const entry of text.split(',')) {
    const [, written = '', bits] = /^([^/]*)(?:\/(\d{1,3}))?$/.exec(entry.trim()) ?? []
    const address = plainAddress(written)
    if (address === undefined) return undefined
    const most = isIP(address) === 4 ? 32 : 128
    const prefix = Number(bits ?? most)
    if (prefix > most) return undefined
    networks.addSubnet(address, prefix, family(address))
  }
  return networks
}

/**
 * The network of an address, by which requests are counted and queued: an IPv4 address itself, or the /64 of an IPv6
 * address, the smallest block that anyone gets.
 */
export const networkOf = (address: string) => prefixOf(address, 4)

/** The site of an IPv6 network: its /48, the largest block of a site. */
export const siteOf = (address: string) => prefixOf(address, 3)

/** `2001:db8::7` → `2001:db8:0:0::/64`. */
function prefixOf(address: string, groups: number): string {
  if (isIP(address) !== 6) return address
  const [start = '', end] = address.split('::')
  const before = start === '' ? [] : start.split(':')
  const after = end ? end.split(':') : []
  const between = end === undefined ? 0 : 8 - before.length - after.length
  const all = [...before, ...Array<string>(Math.max(0, between)).fill('0'), ...after]
  return `${all.slice(0, groups).join(':')}::/${groups * 16}`
}

/** Whether a request comes from this computer: from its user, or from a proxy that does not name the client. */
export const isLoopback = (address: string) => address === '::1' || address.startsWith('127.')

/**
 * Whether a request comes from a trusted proxy, the only source of valid `X-Forwarded-…` headers. The address is the
 * peer of the connection.
 */
export function isTrustedProxy(address: string | undefined, trusted: BlockList | undefined): boolean {
  return trusted !== undefined && contains(trusted, plainAddress(address ?? '') ?? '')
}

export const contains = (networks: BlockList, address: string) =>
  isIP(address) !== 0 && networks.check(address, family(address))
const family = (address: string) => (isIP(address) === 4 ? 'ipv4' : 'ipv6')

/**
 * Normalizes an address: removes the port that some proxies add and the zone of a link, and turns an IPv4-mapped IPv6
 * address into IPv4. Undefined if the text is not an IP address.
 */
export function plainAddress(text: string): string | undefined {
  const [, bracketed, withPort] = /^(?:\[([^\]]*)\](?::\d+)?|([^:]*):\d+)$/.exec(text.trim()) ?? []
  const bare = (bracketed ?? withPort ?? text.trim()).replace(/%.*$/, '')
  if (isIP(bare) === 0) return undefined
  const { address } = new SocketAddress({ address: bare, family: family(bare) })
  return /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i.exec(address)?.[1] ?? address
}
