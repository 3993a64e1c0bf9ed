import type { BlockList } from 'node:net'
import { contains, isTrustedProxy, plainAddress } from '../addresses.ts'
import type { Call } from './call.ts'

/**
 * Who sends a request: the other end of the connection or, when that is a proxy that the settings trust, whom the proxy
 * says. Each proxy adds to the end of X-Forwarded-For whom it got the request from, so the header is read from there,
 * for as long as a trusted proxy wrote it. What stands before that, anybody can have made up.
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

/** The host that the browser asked for, where a trusted proxy has put its own name into `Host`. */
export function forwardedHost(c: Call, trusted: BlockList | undefined): string | undefined {
  return isTrustedProxy(peerAddress(c), trusted) ? c.req.header('X-Forwarded-Host') : undefined
}

/** A connection that is closed already has no address any more, and gets no answer. */
function peerAddress(c: Call): string {
  const socket = c.env?.incoming?.socket
  return socket ? (plainAddress(socket.remoteAddress ?? '') ?? 'unknown') : '127.0.0.1'
}
