import { once } from 'node:events'
import { createServer } from 'node:http'
import { type AddressInfo, connect } from 'node:net'
import { text } from 'node:stream/consumers'
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import { type ServerProcess, startServer, temporaryFolder } from '../../tests/support/serverProcess.ts'

/*
 * Malformed requests, sent to a separate process: an uncaught error would end it for everybody.
 */

// Each test starts processes, possibly on a busy machine.
vi.setConfig({ testTimeout: 120_000, hookTimeout: 120_000 })

const folder = temporaryFolder()
const concord = createServer((_, response) => response.end('fine'))

beforeAll(async () => {
  concord.listen(0, '127.0.0.1')
  await once(concord, 'listening')
})
afterAll(() => {
  concord.close()
  folder.remove()
})

const REST = 'HTTP/1.1\r\nHost: x\r\nConnection: close'

const REQUESTS = [
  // Invalid request targets.
  ...['//', '//?x', '/\\', 'http://[', 'http://:80', '*', '/api/..//', '/%zz', '/api/%zz'].map(
    (at) => `GET ${at} ${REST}`,
  ),
  `OPTIONS * ${REST}`,
  // Absolute URLs, also of other hosts.
  ...['http://x/api/v1/org', 'http://x', 'ftp://x/api/', '//y/api/v1/org', '/x/../api/v1/org'].map(
    (at) => `GET ${at} ${REST}`,
  ),
  // Things other than requests.
  `CONNECT y.example:443 ${REST}`,
  'PRI * HTTP/2.0\r\n\r\nSM',
  ...['/', '/api/v1/server/ping'].map(
    (at) => `GET ${at} HTTP/1.1\r\nHost: x\r\nConnection: Upgrade, close\r\nUpgrade: websocket`,
  ),
  ...['/', '/api/v1/org'].flatMap((at) => ['TRACE', 'PROPFIND', 'SOURCE'].map((method) => `${method} ${at} ${REST}`)),
  // Invalid hosts.
  ...['Host: [', 'Host: a b@c/d', 'Host: \xe9\xff', 'Host:', 'X: no host'].flatMap((host) =>
    ['/', '/api/v1/server/ping'].map((at) => `GET ${at} HTTP/1.1\r\n${host}\r\nConnection: close`),
  ),
  'GET /api/v1/server/ping HTTP/1.0',
  // Invalid bodies and headers.
  `POST /api/v1/org ${REST}\r\nExpect: nonsense\r\nContent-Length: 0`,
  `POST /api/v1/org ${REST}\r\nTransfer-Encoding: chunked\r\n\r\nZZ`,
  `GET /api/v1/org ${REST}\r\nCookie: JSESSIONID=%zz; =; __proto__=1\r\n__proto__: 1\r\nAuthorization: \xff`,
  `GET / ${REST}\r\nIf-None-Match: \xff"\r\nAccept-Encoding: \xff;q=`,
  `GET /${'long'.repeat(5000)} ${REST}`,
]

async function send(port: number, request: string) {
  const socket = connect(port, '127.0.0.1')
  socket.end(Buffer.from(`${request}\r\n\r\n`, 'latin1'))
  return text(socket)
}

describe.each(['server', 'gateway'])('a %s keeps responding', (mode) => {
  let server: ServerProcess
  let port: number
  beforeAll(async () => {
    const { port: upstream } = concord.address() as AddressInfo
    server = await startServer(folder.path, mode === 'gateway' ? { CONCORD_URL: `http://127.0.0.1:${upstream}` } : {})
    port = Number(new URL(server.url).port)
  })
  afterAll(async () => {
    await server.end('SIGKILL')
  })

  test.each(REQUESTS.map((request) => [JSON.stringify(request).slice(1, 70), request]))(
    'after %s',
    async (_, request) => {
      const answer = await send(port, request)
      // Closing the connection without a response is fine too: Node does that for CONNECT.
      expect(answer).toMatch(/^(HTTP\/1\.1 [2345]\d\d |$)/)
      expect(answer).not.toMatch(/^HTTP\/1\.1 500/)
      expect((await server.request('/api/v1/server/ping')).status).toBe(200)
    },
  )

  test.each([
    ['HTTP/1.0 without Host', 'GET /api/v1/server/ping HTTP/1.0'],
    ['HTTP/1.0 with an empty Host', 'GET /api/v1/server/ping HTTP/1.0\r\nHost:'],
    ['HTTP/1.0 and a kept connection', 'GET /api/v1/server/ping HTTP/1.0\r\nConnection: keep-alive'],
    ['HTTP/1.0 with Host', 'GET /api/v1/server/ping HTTP/1.0\r\nHost: x'],
    ['HTTP/1.0 for the console', 'HEAD / HTTP/1.0'],
  ])('%s gets a response, as health checks of load balancers need it', async (_, request) => {
    const socket = connect(port, '127.0.0.1')
    socket.write(`${request}\r\n\r\n`)
    const [answer] = await once(socket, 'data')
    socket.destroy()
    // If the console has not been built, the response says so.
    expect(String(answer)).toMatch(request.startsWith('HEAD /') ? /^HTTP\/1\.1 (200|503) / : /^HTTP\/1\.1 200 /)
  })

  test('after a client that hangs up in the middle of a body', async () => {
    const socket = connect(port, '127.0.0.1')
    socket.write('POST /api/v1/org HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n\r\nhalf')
    await once(socket, 'data')
    socket.resetAndDestroy()
    expect((await server.request('/api/v1/server/ping')).status).toBe(200)
    expect(server.hasEnded()).toBe(false)
  })
})
