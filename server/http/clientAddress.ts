import type { BlockList, Socket } from 'node:net'
import { contains, isTrustedProxy, plainAddress } from '../addresses.ts'
import type { Call } from './call.ts'

/**
 * The client's address: the peer of the connection or, behind a trusted proxy, the address that the proxy reports. Each
 * proxy appends its own client to X-Forwarded-For, so the header is read from the end, as long as the entries come from
 * trusted proxies. Anybody could have forged the entries before that.
 */
export function clientAddress(c: Call, trusted: BlockList | undefined): string {
  let address = peerAddress(c)
  if (!trusted) return address
  const hops = (c.req.header('X-Forwarded-For') ?? '').split(',')
  while (hops.length > 0 && contains(trusted, address)) {
    const before = plainAddress(hops.pop() ?? '')
    if (before === undefined) break
    address = before
  }
  return address
}

/** The host name that the browser used, if a trusted proxy has put its own name into `Host`. */
export function forwardedHost(c: Call, trusted: BlockList | undefined): string | undefined {
  return isTrustedProxy(peerAddress(c), trusted) ? c.req.header('X-Forwarded-Host') : undefined
}

/** A closed connection has no address, and gets no response. */
function peerAddress(c: Call): string {
  const socket = c.env?.incoming?.socket
  if (!socket) return '127.0.0.1'
  const known = addresses.get(socket)
  if (known !== undefined) return known
  const address = plainAddress(socket.remoteAddress ?? '')
  if (address === undefined) return 'unknown'
  addresses.set(socket, address)
  return address
}

/** The peers of open connections: parsing an address takes as long as routing a request. */
const addresses = new WeakMap<Socket, string>()
