import type { IncomingMessage, ServerResponse } from 'node:http'
import { API_POLICY } from '../http/apiPolicy.ts'
import { onceASecond } from '../waiting/onceASecond.ts'

const PING = '/api/v1/server/ping'
const PATIENCE = 5_000

/**
 * The two health checks of load balancers, handled by the gateway itself: it is live while it responds, and ready while
 * Concord's `ping` succeeds. A Concord has no such operations. @returns whether the request was one of them
 */
export function gatewayHealth(concord: URL) {
  const ask = onceASecond(() => reasons(concord))
  return (request: IncomingMessage, response: ServerResponse): boolean => {
    const path = request.url?.replace(/\?.*/s, '')
    const asks = request.method === 'GET' || request.method === 'HEAD'
    if (!asks || (path !== '/api/x/live' && path !== '/api/x/ready')) return false
    request.resume()
    if (path === '/api/x/live') send(response, 200, { live: true })
    else
      ask().then((reasons) =>
        send(response, reasons.length === 0 ? 200 : 503, { ready: reasons.length === 0, reasons }),
      )
    return true
  }
}

async function reasons(concord: URL): Promise<string[]> {
  try {
    const answer = await fetch(new URL(PING, concord), { signal: AbortSignal.timeout(PATIENCE), redirect: 'manual' })
    await answer.body?.cancel()
    return answer.ok ? [] : ['the ping of Concord failed']
  } catch {
    return ['Concord is unreachable']
  }
}

function send(response: ServerResponse, status: number, body: object) {
  const text = JSON.stringify(body)
  const headers = {
    'Content-Type': 'application/json',
    'Content-Length': Buffer.byteLength(text),
    'Cache-Control': 'no-store',
    ...API_POLICY,
  }
  response.writeHead(status, headers).end(text)
}
