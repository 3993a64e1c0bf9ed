import { once } from 'node:events'
import {
  Agent,
  createServer,
  request as httpRequest,
  type IncomingHttpHeaders,
  type IncomingMessage,
  type RequestListener,
  type Server,
} from 'node:http'
import {
  type AddressInfo,
  type BlockList,
  connect,
  createServer as createTcpServer,
  type NetConnectOpts,
} from 'node:net'
import { text } from 'node:stream/consumers'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterEach, expect, test, vi } from 'vitest'
import { readNetworks } from '../addresses.ts'
import { API_POLICY } from '../http/apiPolicy.ts'
import { createLog } from '../log.ts'
import { createGateway, keepListening, type Patience } from './gateway.ts'

const closing: (() => unknown)[] = []
const logged: string[] = []
afterEach(async () => {
  logged.length = 0
  for (const close of closing.splice(0).reverse()) await close()
})

async function serve(listener: RequestListener): Promise<Server> {
  const server = createServer(listener).listen(0, '127.0.0.1')
  await once(server, 'listening')
  closing.push(() => {
    server.closeAllConnections()
    server.close()
  })
  return server
}

const portOf = (server: { address(): unknown }) => (server.address() as AddressInfo).port

/** Starts a gateway in front of a server with this handler, and returns its address. */
async function inFrontOf(upstream: RequestListener, patience?: Patience, trusted?: BlockList) {
  const concord = `http://127.0.0.1:${portOf(await serve(upstream))}`
  return { concord, url: await gatewayTo(concord, patience, trusted) }
}

async function gatewayTo(concord: string, patience?: Patience, trusted?: BlockList) {
  const log = createLog('warn', (line) => logged.push(line))
  return `http://127.0.0.1:${portOf(await serve(createGateway(new URL(concord), log, trusted, patience)))}`
}

interface Sent {
  method?: string
  path?: string
  headers?: string[]
  body?: string | Buffer
  agent?: Agent | undefined
}

/** With node:http, because `fetch` normalizes paths and headers. */
async function ask(url: string, { method = 'GET', path = '/api/x', headers = [], body, agent }: Sent = {}) {
  const { hostname, port, host } = new URL(url)
  const sent = httpRequest({ hostname, port, method, path, headers: ['Host', host, ...headers], agent })
  // A response can arrive while the body is still being sent; after it, Node itself stops listening.
  sent.on('error', () => {}).on('socket', keepListening)
  sent.end(body)
  const [answer] = (await once(sent, 'response')) as [IncomingMessage]
  return { status: answer.statusCode, message: answer.statusMessage, raw: pairsOf(answer), body: await text(answer) }
}

function pairsOf({ rawHeaders }: IncomingMessage): [string, string][] {
  return rawHeaders.flatMap((name, i) => (i % 2 === 0 ? [[name, rawHeaders[i + 1] ?? ''] as [string, string]] : []))
}

const valuesOf = (pairs: [string, string][], name: string) =>
  pairs.filter(([key]) => key.toLowerCase() === name.toLowerCase()).map(([, value]) => value)

test.each([
  ...['/api/a%2Fb', '/api/a/../x', '/api//y', '/api/%zz', '/api/%C3%A9?q=%20+&r=a;b', '/api/x;m=1?', '/api/.'],
  ...['/api/x?../../y', '/x/%2e%2e/api/y', '/api/a..b/..c'],
])('forwards the path %s unchanged', async (path) => {
  const { url } = await inFrontOf((request, response) => response.end(request.url))
  expect((await ask(url, { path })).body).toBe(path)
})

test.each([
  ...['/api/../metrics', '/api/a/../../metrics', '/api/%2e%2E/metrics', '/api/.%2e/metrics', '/api/..%2fmetrics'],
  ...[
    '/api/..;x=1/metrics',
    '/api/..\\metrics',
    '/api/..%5Cmetrics',
    '/api/x;y%2f..%2f..%2fmetrics',
    '/api/x#/../../y',
  ],
  ...['//elsewhere.example/api/x', 'http://elsewhere.example/api/x', '/metrics'],
])('rejects the path %s, which leaves /api when resolved', async (path) => {
  const { url } = await inFrontOf((request, response) => response.end(request.url))
  expect(await ask(url, { path })).toMatchObject({ status: 404, body: '' })
})

test('rejects a change by a page of another origin, even if Concord would accept it', async () => {
  const { url } = await inFrontOf((request, response) => response.end(request.method))
  const post = (...headers: string[]) =>
    ask(url, { method: 'POST', headers: ['Cookie', 'JSESSIONID=1', 'Content-Length', '4', ...headers], body: 'some' })
  expect(await post('Origin', url)).toMatchObject({ status: 200, body: 'POST' })
  for (const headers of [
    ['Origin', 'http://127.0.0.1:1'],
    ['Origin', 'null'],
    ['Origin', url, 'Sec-Fetch-Site', 'same-site'],
  ]) {
    expect(await post(...headers)).toMatchObject({ status: 403, body: expect.stringContaining('other origins') })
    expect((await ask(url, { headers })).status).toBe(200)
  }
})

test('forwards headers unchanged: repeated, in order, same spelling, any byte; except hop-by-hop headers', async () => {
  let arrived: [string, string][] = []
  const { url, concord } = await inFrontOf((request, response) => {
    arrived = pairsOf(request)
    response.end()
  })
  await ask(url, {
    headers: [
      ...[
        'aUTHorization',
        'dGVzdA',
        'Cookie',
        'JSESSIONID=1',
        'Cookie',
        'rememberMe=a b',
        'X-Twice',
        '1',
        'x-twice',
        '2',
      ],
      ...[
        'X-Latin',
        'caf\u00e9',
        'Connection',
        'close, X-Hop',
        'X-Hop',
        '1',
        'Proxy-Authorization',
        'Basic eA==',
        'TE',
        'x',
      ],
    ],
  })
  expect(valuesOf(arrived, 'Host')).toEqual([new URL(concord).host])
  expect(arrived.filter(([name]) => !/^(host|connection|x-forwarded-.*)$/i.test(name))).toEqual([
    ['aUTHorization', 'dGVzdA'],
    ['Cookie', 'JSESSIONID=1'],
    ['Cookie', 'rememberMe=a b'],
    ['X-Twice', '1'],
    ['x-twice', '2'],
    ['X-Latin', 'caf\u00e9'],
  ])
  expect(Object.fromEntries(arrived)).toMatchObject({
    'X-Forwarded-For': '127.0.0.1',
    'X-Forwarded-Proto': 'http',
    'X-Forwarded-Host': new URL(url).host,
  })
})

const FORWARDED = [
  ...['X-Forwarded-For', '203.0.113.5', 'x-forwarded-proto', 'https', 'X-Forwarded-Host', 'secrets.example.com'],
  ...['X-Forwarded-Port', '444', 'Forwarded', 'for=203.0.113.5', 'X-Real-IP', '203.0.113.5'],
]
const forwardedOf = (headers: IncomingHttpHeaders) =>
  Object.fromEntries(Object.entries(headers).filter(([name]) => /forwarded|real/.test(name)))

test('drops a client’s own forwarding headers', async () => {
  const { url } = await inFrontOf((request, response) => response.end(JSON.stringify(forwardedOf(request.headers))))
  expect(JSON.parse((await ask(url, { headers: FORWARDED })).body)).toEqual({
    'x-forwarded-for': '127.0.0.1',
    'x-forwarded-proto': 'http',
    'x-forwarded-host': new URL(url).host,
  })
  const post = { method: 'POST', headers: ['Cookie', 'a=b', 'Origin', 'https://secrets.example.com', ...FORWARDED] }
  expect((await ask(url, post)).status).toBe(403)
})

test('forwards those of a trusted proxy', async () => {
  const { url } = await inFrontOf(
    (request, response) => response.end(JSON.stringify(forwardedOf(request.headers))),
    undefined,
    readNetworks('127.0.0.1'),
  )
  expect(JSON.parse((await ask(url, { headers: FORWARDED })).body)).toEqual({
    'x-forwarded-for': '203.0.113.5, 127.0.0.1',
    'x-forwarded-proto': 'https',
    'x-forwarded-host': 'secrets.example.com',
    'x-forwarded-port': '444',
    forwarded: 'for=203.0.113.5',
    'x-real-ip': '203.0.113.5',
  })
  const post = { method: 'POST', headers: ['Cookie', 'a=b', 'Origin', 'https://secrets.example.com', ...FORWARDED] }
  expect((await ask(url, post)).status).toBe(200)
})

test.each([
  ['/api/v1/org', [], Object.entries(API_POLICY)],
  [
    '/api/service/console/whoami',
    ['Referrer-Policy', 'origin'],
    [
      ['Content-Security-Policy', API_POLICY['Content-Security-Policy']],
      ['Referrer-Policy', 'origin'],
    ],
  ],
  ['/api/service/process_portal/start?x', [], []],
  ['/api/service/custom_form/1/start', [], []],
])(
  'the response of %s with Concord’s own %j is not a page, unless it is one of Concord’s pages',
  async (path, own, expected) => {
    const { url } = await inFrontOf((_, response) => response.writeHead(200, own).end())
    const { raw } = await ask(url, { path })
    expect(new Map(raw.filter(([name]) => name in API_POLICY))).toEqual(new Map(expected as [string, string][]))
  },
)

test('returns the response unchanged: status, reason, cookies, both challenges; adds only the headers that say it is not a page', async () => {
  const headers = [
    ['WWW-Authenticate', 'Basic realm="Concord"'],
    ['WWW-Authenticate', 'ConcordApiToken'],
    ['Set-Cookie', 'rememberMe=deleteMe; Path=/; Max-Age=0'],
    ['Set-Cookie', 'JSESSIONID=x; Path=/; HttpOnly; SameSite=Lax'],
    ['Content-Type', 'text/plain;charset=UTF-8'],
    ['Content-Length', '4'],
  ] satisfies [string, string][]
  const { url } = await inFrontOf((_, response) => {
    response.sendDate = false
    response.writeHead(401, 'Who Is This', headers.flat()).end('nope')
  })
  const answer = await ask(url)
  expect(answer).toMatchObject({ status: 401, message: 'Who Is This', body: 'nope' })
  const added = Object.entries(API_POLICY)
  expect(answer.raw.filter(([name]) => !/^(connection|keep-alive)$/i.test(name))).toEqual([...headers, ...added])
})

test.each([
  [{ method: 'HEAD' }, 200, ['Content-Length', '12']],
  [{ method: 'GET' }, 204, ['X-Any', 'y']],
  [{ method: 'GET' }, 304, ['ETag', '"x"']],
] as const)('%o with %i and no body', async (sent, status, header) => {
  const { url } = await inFrontOf((_, response) => response.writeHead(status, [...header]).end())
  const answer = await ask(url, sent)
  expect(answer).toMatchObject({ status, body: '' })
  expect(answer.raw).toContainEqual(header)
})

test.each([
  ['to Concord', (concord: string) => `${concord}/api/v1/a?b#c`, '/api/v1/a?b#c'],
  ['to Concord by another scheme', (concord: string) => `${concord.replace('http:', 'https:')}/a`, '/a'],
  ['to Concord, but readable as another host', (concord: string) => `${concord}//x.example/a`, '/.//x.example/a'],
  ['to another host', () => 'https://sso.example.com/login', 'https://sso.example.com/login'],
  ['to a host with the same prefix', (concord: string) => `${concord}.example.com/x`, undefined],
  ['without a host', () => '/cfg.js', '/cfg.js'],
] as const)('a redirect %s', async (_, location, expected) => {
  const { url, concord } = await inFrontOf((request, response) => {
    response.writeHead(303, { Location: location(`http://${request.headers.host}`) }).end()
  })
  // Regardless of the host name that the client sends.
  const { raw } = await ask(url, { headers: ['X-Forwarded-Proto', 'https', 'X-Forwarded-Host', 'elsewhere.example'] })
  expect(valuesOf(raw, 'Location')).toEqual([expected ?? location(concord)])
})

test('forwards the method and the body, with its length, in chunks, or without a body', async () => {
  const { url } = await inFrontOf(async (request, response) => {
    const { 'content-length': length, 'transfer-encoding': encoding } = request.headers
    response.end(JSON.stringify([request.method, length, encoding, await text(request)]))
  })
  const answers = []
  for (const [method, headers, body] of [
    ['PUT', ['Content-Length', '4'], 'some'],
    ['POST', ['Transfer-Encoding', 'chunked'], 'more'],
    ['DELETE', ['Content-Length', '2'], '{}'],
    ['POST', ['Content-Length', '0'], undefined],
    ['DELETE', [], undefined],
    ['PATCH', ['Expect', '100-continue', 'Content-Length', '1'], '!'],
  ] as const) {
    answers.push(JSON.parse((await ask(url, { method, headers: [...headers], ...(body && { body }) })).body))
  }
  expect(answers).toEqual([
    ['PUT', '4', null, 'some'],
    ['POST', null, 'chunked', 'more'],
    ['DELETE', '2', null, '{}'],
    ['POST', '0', null, ''],
    ['DELETE', null, null, ''],
    ['PATCH', '1', null, '!'],
  ])
})

test.each(['GET', 'DELETE', 'OPTIONS', 'POST'])(
  'a %s that declares its body length hop-by-hop cannot smuggle a second request',
  async (method) => {
    const arrived: string[] = []
    const { url } = await inFrontOf(async (request, response) => {
      arrived.push(`${request.method} ${request.url} ${(await text(request)).length}`)
      response.end()
    })
    const hidden = 'GET /api/hidden HTTP/1.1\r\nHost: x\r\n\r\n'
    const headers = ['Connection', 'content-length', 'Content-Length', String(hidden.length)]
    await ask(url, { method, headers, body: hidden })
    // On the same connection to Concord, so after everything that the first request sent.
    await ask(url)
    expect(arrived).toEqual([`${method} /api/x ${hidden.length}`, 'GET /api/x 0'])
  },
)

test('streams both ways: the first bytes pass before the last ones arrive', async () => {
  const { url } = await inFrontOf((request, response) => {
    response.flushHeaders()
    request.pipe(response)
  })
  const { hostname, port } = new URL(url)
  const sent = httpRequest({ hostname, port, method: 'POST', path: '/api/echo' })
  sent.write('first')
  const [answer] = (await once(sent, 'response')) as [IncomingMessage]
  expect(String((await once(answer, 'data'))[0])).toBe('first')
  sent.end('last')
  expect(await text(answer)).toBe('last')
})

test('a slow reader slows Concord down, with nothing buffered in between', async () => {
  let written = 0
  const chunk = Buffer.alloc(1024 * 1024)
  const { url } = await inFrontOf((_, response) => {
    const more = () => {
      while (written < 200 && !response.destroyed) {
        written += 1
        if (!response.write(chunk)) return response.once('drain', more)
      }
      return response.end()
    }
    more()
  })
  const { hostname, port } = new URL(url)
  const [answer] = (await once(httpRequest({ hostname, port, path: '/api/big' }).end(), 'response')) as [
    IncomingMessage,
  ]
  answer.pause()
  // Until no more is taken, which is never if it piles up.
  for (let before = -1; before !== written && written < 200; ) {
    before = written
    await sleep(50)
  }
  expect(written).toBeLessThan(100)
  let bytes = 0
  for await (const part of answer) bytes += part.length
  expect(bytes).toBe(200 * chunk.length)
})

test('a client that disconnects ends the request to Concord too', async () => {
  let started = (_: unknown) => {}
  const asked = new Promise((resolve) => {
    started = resolve
  })
  const ended = new Promise((resolve) => {
    inFrontOf((request, response) => {
      response.on('close', () => resolve('ended'))
      started(request.url)
    }).then(({ url }) => {
      const { hostname, port } = new URL(url)
      const sent = httpRequest({ hostname, port, path: '/api/long' }).on('error', () => {})
      sent.end()
      asked.then(() => sent.destroy())
    })
  })
  expect(await ended).toBe('ended')
})

test('a response that is cut off is cut off here too, and not complete', async () => {
  let breakOff = () => {}
  const { url } = await inFrontOf((_, response) => {
    response.write('half of ')
    breakOff = () => response.destroy()
  })
  const { hostname, port } = new URL(url)
  const sent = httpRequest({ hostname, port, path: '/api/half' }).end()
  const [answer] = (await once(sent, 'response')) as [IncomingMessage]
  breakOff()
  await expect(text(answer)).rejects.toThrow('aborted')
})

test('Concord unreachable: 502 in plain text, even in the middle of an upload, and the log has the reason', async () => {
  const probe = createTcpServer().listen(0, '127.0.0.1')
  await once(probe, 'listening')
  const port = portOf(probe)
  probe.close()
  const url = await gatewayTo(`http://127.0.0.1:${port}`)
  const answer = await ask(url, { path: '/api/v1/org?apiKey=hidden' })
  expect(answer).toMatchObject({ status: 502, body: 'Concord cannot be reached.' })
  expect(answer.raw).toContainEqual(['Content-Type', 'text/plain;charset=UTF-8'])
  expect(answer.raw).toContainEqual(['Content-Length', '26'])
  expect(await ask(url, { method: 'POST', body: Buffer.alloc(8 * 1024 * 1024) })).toMatchObject({ status: 502 })
  expect(logged.join()).toContain('"reason":"ECONNREFUSED","method":"GET","path":"/api/v1/org"')
  expect(logged.join()).not.toContain('hidden')
})

test('Concord silent: 504', async () => {
  const { url } = await inFrontOf(() => {}, { connect: 1000, silence: 100, idle: 1000 })
  expect(await ask(url)).toMatchObject({ status: 504, body: 'Concord took too long to answer.' })
})

test('a Concord that sends something now and then is not silent', async () => {
  const { url } = await inFrontOf(
    async (_, response) => {
      // Longer than the limit in all; each pause is far below it.
      for (let i = 0; i < 6; i++) {
        response.write('.')
        await sleep(100)
      }
      response.end()
    },
    { connect: 1000, silence: 500, idle: 1000 },
  )
  expect((await ask(url)).body).toBe('......')
})

test('no connection in time: 504', async () => {
  // Documentation addresses (RFC 5737) are not routed; a computer without a network fails at once.
  // The other limit is longer than the test may take.
  const url = await gatewayTo('http://192.0.2.1:81', { connect: 100, silence: 600_000, idle: 1000 })
  expect([502, 504]).toContain((await ask(url)).status)
})

test('forwards an early refusal of an upload', async () => {
  const { url } = await inFrontOf((request, response) => {
    response.writeHead(413).end('too large')
    // As Concord does: at once it would lose what it has said.
    setTimeout(() => request.socket.destroy(), 100)
  })
  expect(await ask(url, { method: 'POST', body: Buffer.alloc(8 * 1024 * 1024) })).toMatchObject({
    status: 413,
    body: 'too large',
  })
})

test('handles errors of a connection to Concord between two requests, when Node does not', async () => {
  const { url, concord } = await inFrontOf((_, response) => response.end())
  const listeners: number[] = []
  const connecting = vi.spyOn(Agent.prototype, 'createConnection').mockImplementation((options) => {
    const socket = connect(options as NetConnectOpts)
    // Before the agent knows that the connection is free: an error at this moment would have no other listener.
    if ('port' in options && Number(options.port) === Number(new URL(concord).port))
      socket.prependListener('free', () => listeners.push(socket.listenerCount('error')))
    return socket
  })
  closing.push(() => connecting.mockRestore())
  const agent = new Agent({ keepAlive: true, maxSockets: 1 })
  closing.push(() => agent.destroy())
  for (let i = 0; i < 3; i++) await ask(url, { agent })
  expect(listeners.slice(0, 2)).toEqual([1, 1])
})

test.each([401, 404])('a Concord without console settings (%i): returns the console’s own', async (status) => {
  const { url } = await inFrontOf((_, response) => response.writeHead(status).end())
  const answer = await ask(url, { path: '/api/service/console/cfg?x' })
  expect([answer.status, valuesOf(answer.raw, 'Location')]).toEqual([303, ['/cfg.js']])
  expect(answer.raw).toContainEqual(['Content-Length', '0'])
  expect((await ask(url, { path: '/api/service/console/whoami' })).status).toBe(status)
})

test('returns Concord’s console settings if it has them', async () => {
  const { url } = await inFrontOf((_, response) => response.end('window.concord = {}'))
  expect((await ask(url, { path: '/api/service/console/cfg' })).body).toBe('window.concord = {}')
})

test('who is signed in, if anybody: asks Concord, and a 401 is no error', async () => {
  const { url } = await inFrontOf((request, response) => {
    if (request.headers.cookie === 'JSESSIONID=x') return response.end(`{"username":"ann","asked":"${request.url}"}`)
    if (request.headers.cookie === 'JSESSIONID=broken') return response.writeHead(500).end()
    const gone = ['Set-Cookie', 'rememberMe=deleteMe', 'Set-Cookie', 'JSESSIONID=new', 'Content-Length', '0']
    return response.writeHead(401, gone).end()
  })
  const asked = (...headers: string[]) => ask(url, { path: '/api/x/v1/session', headers })
  const known = await asked('Cookie', 'JSESSIONID=x')
  expect([known.status, JSON.parse(known.body)]).toEqual([
    200,
    { username: 'ann', asked: '/api/service/console/whoami' },
  ])
  const unknown = await asked('Cookie', 'JSESSIONID=y')
  expect([unknown.status, unknown.body]).toEqual([200, '{}'])
  expect(valuesOf(unknown.raw, 'Set-Cookie')).toEqual(['rememberMe=deleteMe', 'JSESSIONID=new'])
  expect(valuesOf(unknown.raw, 'Cache-Control')).toEqual(['no-store'])
  expect((await asked('Authorization', 'd3Jvbmc')).status).toBe(401)
  expect((await asked('Cookie', 'JSESSIONID=broken')).status).toBe(500)
  expect((await ask(url, { path: '/api/x/v1/session', method: 'POST' })).status).toBe(401)
})

test('each client has its own connections to Concord, and reuses them', async () => {
  const { url } = await inFrontOf((request, response) => response.end(String(request.socket.remotePort)))
  const clients = [1, 2].map(() => new Agent({ keepAlive: true, maxSockets: 1 }))
  const [first, second] = clients
  const used = []
  for (const agent of [first, first, second, first, second]) used.push((await ask(url, { agent })).body)
  for (const agent of clients) agent.destroy()
  expect(used).toEqual([used[0], used[0], used[2], used[0], used[2]])
  expect(used[2]).not.toBe(used[0])
})

test('closes an idle connection before Concord does', async () => {
  let connections = 0
  let closed = 0
  const agent = new Agent({ keepAlive: true, maxSockets: 1 })
  closing.push(() => agent.destroy())
  const server = await serve((_, response) => response.end())
  server.on('connection', (socket) => {
    connections += 1
    socket.on('close', () => {
      closed += 1
    })
  })
  const url = await gatewayTo(`http://127.0.0.1:${portOf(server)}`, { connect: 1000, silence: 1000, idle: 100 })
  await ask(url, { agent })
  await ask(url, { agent })
  expect(connections).toBe(1)
  await vi.waitFor(() => expect(closed).toBe(1))
  await ask(url, { agent })
  expect(connections).toBe(2)
})

test.each([
  'GET /api/a\tb HTTP/1.1\r\nHost: x\r\n\r\n',
  'GET /api/\x01 HTTP/1.1\r\nHost: x\r\n\r\n',
  'nonsense\r\n\r\n',
])('survives a request that no client should send: %j', async (bytes) => {
  const { url } = await inFrontOf((_, response) => response.end('fine'))
  const socket = connect(Number(new URL(url).port), '127.0.0.1')
  socket.end(bytes)
  expect(await text(socket)).toMatch(/^HTTP\/1\.1 400/)
  expect((await ask(url)).body).toBe('fine')
})

test.each([
  'HTTP/1.1 200 O\x01K\r\n\r\n',
  'HTTP/1.1 099 Odd\r\nContent-Length: 0\r\n\r\n',
  'HTTP/1.1 101 Switching Protocols\r\nConnection: upgrade\r\nUpgrade: x\r\n\r\n',
  'SSH-2.0-OpenSSH\r\n',
])('an invalid response is a 502: %j', async (bytes) => {
  const strange = createTcpServer((socket) => {
    socket.on('error', () => {}).once('data', () => socket.end(bytes))
  }).listen(0, '127.0.0.1')
  await once(strange, 'listening')
  closing.push(() => strange.close())
  expect((await ask(await gatewayTo(`http://127.0.0.1:${portOf(strange)}`))).status).toBe(502)
})
