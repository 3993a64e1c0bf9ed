import http, {
  type Agent,
  type IncomingHttpHeaders,
  type IncomingMessage,
  type RequestListener,
  type ServerResponse,
  STATUS_CODES,
} from 'node:http'
import https from 'node:https'
import type { BlockList, Socket } from 'node:net'
import { pipeline } from 'node:stream'
import { isTrustedProxy } from '../addresses.ts'
import { API_POLICY } from '../http/apiPolicy.ts'
import { comesFromAnotherPage, FOREIGN_PAGE } from '../http/origin.ts'
import type { Log } from '../log.ts'
import { gatewayHealth } from './health.ts'

/** Milliseconds. */
export interface Patience {
  /** The time limit for connecting to Concord. */
  connect: number
  /** The time limit without a byte in either direction; the console itself waits 120 s for a write. */
  silence: number
  /** How long a connection is kept for the next request: shorter than Concord, or a proxy in front of it, keeps it. */
  idle: number
}

const PATIENCE: Patience = { connect: 5_000, silence: 130_000, idle: 4_000 }

/** Hop-by-hop headers (RFC 9110 §7.6.1). Node has already handled `Expect`. */
const HOP_BY_HOP = [
  'connection',
  'expect',
  'keep-alive',
  'proxy-authenticate',
  'proxy-authorization',
  'proxy-connection',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
]

/** Forwarding headers: anybody can forge them, unless a trusted proxy has set them. */
const FORWARDED = /^(forwarded|x-forwarded-.*|x-real-ip)$/i

const CONSOLE_SETTINGS = '/api/service/console/cfg'

/** Our own server's question who signed in, if anybody (server/auth/filter.ts). Concord only has the one with a 401. */
const SESSION = '/api/x/v1/session'
const WHOAMI = '/api/service/console/whoami'

/** Pages below /api: forms of processes and the pages around them, with their own scripts. */
const CONCORDS_PAGES = /^\/api\/(v\d+\/)?service\/(custom_form|process_portal)\//

/**
 * Forwards requests to a real Concord byte for byte: path, headers, cookies and streams. Uses node:http, because
 * `fetch` normalizes paths and adds headers (docs/decisions/gateway.md).
 *
 * An unreachable Concord is a 502, a silent one a 504, both in plain text: the console shows its banner for them.
 * `trusted` are the proxies whose `X-Forwarded-…` is forwarded to Concord.
 */
export function createGateway(
  concord: URL,
  log: Log,
  trusted: BlockList | undefined,
  patience = PATIENCE,
): RequestListener {
  const client = concord.protocol === 'https:' ? https : http
  const agentOf = connections(() => new client.Agent({ keepAlive: true, timeout: patience.idle }))

  const answersHealth = gatewayHealth(concord)

  return (request, response) => {
    const started = performance.now()
    response.sendDate = false
    if (leavesApi(request.url)) {
      // Concord's own response to dots in a path.
      response.writeHead(404, { 'Content-Length': 0, ...API_POLICY }).end()
      return
    }
    if (answersHealth(request, response)) return
    const told = isTrustedProxy(request.socket.remoteAddress, trusted) ? request.headers : {}
    const host = told['x-forwarded-host']?.toString()
    if (comesFromAnotherPage(request.method ?? '', (name) => request.headers[name]?.toString(), host)) {
      giveUp(response, 403, FOREIGN_PAGE)
      request.resume()
      return
    }
    let passed: http.ClientRequest
    try {
      passed = client.request({
        protocol: concord.protocol,
        hostname: concord.hostname.replace(/^\[|\]$/g, ''),
        port: concord.port,
        method: request.method,
        path: asksForSession(request) ? WHOAMI : request.url,
        headers: requestHeaders(request, concord, told),
        agent: agentOf(request.socket),
      })
    } catch (error) {
      // Node's server accepts characters that its client refuses to send.
      giveUp(response, 400, 'The address of this request cannot be forwarded.')
      log.warn('request not forwarded', { method: request.method, reason: codeOf(error) })
      return
    }

    let over = false
    const noAnswer = (status: 502 | 504, reason: string) => {
      if (over || response.destroyed || response.writableFinished) return
      over = true
      log.warn('no response from Concord', { status, reason, method: request.method, path: pathOf(request) })
      giveUp(response, status, status === 504 ? 'Concord took too long to answer.' : 'Concord cannot be reached.')
      passed.destroy()
    }
    passed.on('socket', keepListening)
    limitConnecting(passed, patience, () => noAnswer(504, 'no connection'))
    passed.setTimeout(patience.silence, () => noAnswer(504, 'silence'))

    let answered = false
    passed.on('response', (answer) => {
      answered = true
      try {
        passAnswer(answer, request, response, concord)
      } catch (error) {
        noAnswer(502, codeOf(error))
      }
    })
    // Also after an invalid response, such as an unrequested protocol switch.
    passed.on('close', () => {
      if (!answered) noAnswer(502, 'no answer')
    })
    passed.on('error', (error) => {
      // The client may still be sending a body: read it, or the client never reads our response.
      request.unpipe(passed).resume()
      // After a response, an error belongs to the response; a complete one is still valid (a 413 to an upload).
      if (!answered) noAnswer(502, codeOf(error))
    })
    response.on('close', () => {
      // A client that has disconnected needs no response.
      if (!response.writableFinished) passed.destroy()
      log.debug('request', {
        method: request.method,
        path: pathOf(request),
        status: response.statusCode,
        ms: Math.round(performance.now() - started),
      })
    })
    request.pipe(passed)
  }
}

/**
 * Whether a URL can leave /api for the most lenient server: a proxy in front of a Concord may resolve dots, even
 * encoded ones, merge slashes and drop matrix parameters before routing. Everything else is forwarded unchanged for
 * Concord to judge.
 */
function leavesApi(url = ''): boolean {
  const path = url
    .replace(/\?.*/s, '')
    .replace(/%2e/gi, '.')
    .replace(/%2f|%5c|\\/gi, '/')
  const reached: string[] = []
  for (const segment of path.split('/').map((part) => part.replace(/;.*/s, ''))) {
    if (segment === '..') reached.pop()
    else if (segment !== '' && segment !== '.') reached.push(segment)
  }
  return !path.startsWith('/') || reached[0] !== 'api'
}

/**
 * A connection to Concord belongs to one connection of a client, as if there were no gateway. Jetty caches the
 * credentials and cookies of a connection and compares them case-insensitively (headerCacheCaseSensitive): on a shared
 * connection, one client's request could be read with another's header.
 */
function connections(create: () => Agent): (socket: Socket) => Agent {
  const agents = new WeakMap<Socket, Agent>()
  return (socket) => {
    const known = agents.get(socket)
    if (known) return known
    const agent = create()
    agents.set(socket, agent)
    socket.once('close', () => agent.destroy())
    return agent
  }
}

function passAnswer(answer: IncomingMessage, request: IncomingMessage, response: ServerResponse, concord: URL) {
  if (isMissing(answer) && request.method === 'GET' && pathOf(request) === CONSOLE_SETTINGS) {
    // Concord before 2.17 has no such script; without this the page would start with an error.
    answer.resume()
    response.writeHead(303, { Location: '/cfg.js', 'Content-Length': 0, ...API_POLICY }).end()
    return
  }
  if (answer.statusCode === 401 && asksForSession(request) && !request.headers.authorization) {
    // Without the error that the browser would print on each first visit.
    const cookies = answer.headers['set-cookie'] ?? []
    const headers = { 'Content-Type': 'application/json', 'Cache-Control': 'no-store', ...API_POLICY }
    answer.resume()
    response.writeHead(200, { ...headers, 'Content-Length': 2, 'Set-Cookie': cookies }).end('{}')
    return
  }
  response.writeHead(answer.statusCode ?? 502, answer.statusMessage, answerHeaders(answer, request, concord))
  pipeline(answer, response, () => {})
}

const asksForSession = (request: IncomingMessage) => request.method === 'GET' && pathOf(request) === SESSION

/** Concord returns 401 for unknown paths to clients that are not signed in. */
const isMissing = ({ statusCode }: IncomingMessage) => statusCode === 404 || statusCode === 401

const pathOf = ({ url }: IncomingMessage) => url?.split('?')[0]

const codeOf = (error: unknown) => (error as NodeJS.ErrnoException).code ?? (error as Error).name

/** Alternating names and values, so that repeated headers stay repeated, with their spelling. */
function requestHeaders(request: IncomingMessage, concord: URL, told: IncomingHttpHeaders): string[] {
  const { headers, socket } = request
  const passed = endToEnd(request).filter(
    ([name]) => !/^(host|x-forwarded-(for|proto|host))$/i.test(name) && (told === headers || !FORWARDED.test(name)),
  )
  const before = told['x-forwarded-for']
  const address = socket.remoteAddress ?? ''
  return [
    ['Host', concord.host],
    ...passed,
    ['X-Forwarded-For', before ? `${before}, ${address}` : address],
    ['X-Forwarded-Proto', told['x-forwarded-proto']?.toString() ?? 'http'],
    ['X-Forwarded-Host', told['x-forwarded-host']?.toString() ?? headers.host ?? ''],
    ...framing(request),
  ].flat()
}

/**
 * A body of unknown length is forwarded in chunks; without this header Node would announce a body even if there is
 * none.
 */
function framing({ headers, method = '' }: IncomingMessage): [string, string][] {
  if (headers['transfer-encoding']) return [['Transfer-Encoding', 'chunked']]
  const bodiless = ['GET', 'HEAD', 'DELETE', 'OPTIONS', 'TRACE'].includes(method)
  return headers['content-length'] === undefined && !bodiless ? [['Content-Length', '0']] : []
}

/**
 * A redirect to Concord's own address would leave this origin, so it is rewritten to a path, which does not depend on a
 * forged `Host`. No response is a page, except for Concord's own pages.
 */
function answerHeaders(answer: IncomingMessage, request: IncomingMessage, concord: URL): string[] {
  const headers = endToEnd(answer)
  const isPage = CONCORDS_PAGES.test(pathOf(request) ?? '')
  const missing = Object.entries(isPage ? {} : API_POLICY).filter(([name]) => !answer.headers[name.toLowerCase()])
  return [...headers, ...missing].flatMap(([name, value]) => {
    if (name.toLowerCase() !== 'location' || !URL.canParse(value)) return [name, value]
    // Compare the host, not the scheme: behind a TLS proxy, Concord itself thinks that it uses http.
    const { host, href, origin } = new URL(value)
    return [name, host === concord.host ? pathFrom(href.slice(origin.length)) : value]
  })
}

/** Two leading slashes would name another host. */
const pathFrom = (path: string) => (path.startsWith('//') ? `/.${path}` : path)

function endToEnd({ rawHeaders, headers }: IncomingMessage): [name: string, value: string][] {
  // Keep the body's length: without it, Concord would read the body as another request, whose response could go to
  // another client.
  const named = (headers.connection ?? '')
    .split(',')
    .map((name) => name.trim().toLowerCase())
    .filter((name) => name !== 'content-length')
  const dropped = new Set([...HOP_BY_HOP, ...named])
  const pairs: [string, string][] = []
  for (let i = 0; i + 1 < rawHeaders.length; i += 2) {
    const [name = '', value = ''] = rawHeaders.slice(i, i + 2)
    if (!dropped.has(name.toLowerCase())) pairs.push([name, value])
  }
  return pairs
}

/** Responds with an error; in the middle of a response it can only cut it off. */
function giveUp(response: ServerResponse, status: number, words: string) {
  if (response.headersSent) {
    response.destroy()
    return
  }
  const headers = {
    'Content-Type': 'text/plain;charset=UTF-8',
    'Content-Length': Buffer.byteLength(words),
    'Cache-Control': 'no-store',
    ...API_POLICY,
  }
  response.writeHead(status, STATUS_CODES[status], headers).end(words)
}

/**
 * Node removes its listener from a kept connection a moment before the agent adds its own. If a server responds early
 * to an upload and hangs up, its error can fall into that gap, and an error without a listener ends the process.
 */
export function keepListening(socket: Socket) {
  if (!socket.listeners('error').includes(ignore)) socket.on('error', ignore)
}

/** The request itself says what went wrong. */
function ignore() {}

function limitConnecting(passed: http.ClientRequest, { connect }: Patience, tooLate: () => void) {
  passed.on('socket', (socket) => {
    if (!socket.connecting) return
    const timer = setTimeout(tooLate, connect)
    const arrived = () => clearTimeout(timer)
    socket.once('connect', arrived).once('close', arrived)
  })
}
