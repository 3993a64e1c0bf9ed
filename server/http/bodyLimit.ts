import type { MiddlewareHandler } from 'hono'
import { bodyLimit } from 'hono/body-limit'
import { textError } from '../errors.ts'
import type { Env } from './call.ts'

/**
 * Rejects requests with a longer body: a 413. Hono's own looks at `Request#body`, which makes Node's adapter build a
 * whole Request with its streams even for a GET; so it is used only for a body whose length the client has not said.
 */
export function limitBody(bytes: number): MiddlewareHandler<Env> {
  const onError = () => {
    throw textError(413, `The request is larger than ${bytes} bytes`)
  }
  const whileReading = bodyLimit({ maxSize: bytes, onError })
  return (c, next) => {
    if (c.req.method === 'GET' || c.req.method === 'HEAD') return next()
    const incoming = c.env?.incoming
    if (!incoming || incoming.headers['transfer-encoding'] !== undefined) return whileReading(c, next)
    // Node ends the body there, and a request with neither header has none.
    const length = Number(incoming.headers['content-length'] ?? 0)
    return length > bytes ? onError() : next()
  }
}
