import { randomUUID } from 'node:crypto'
import { Hono } from 'hono'
import { quotaError } from './access/quotas.ts'
import { passwordRoutes } from './account/passwordRoutes.ts'
import { sessionRoutes } from './account/sessionRoutes.ts'
import { networkOf } from './addresses.ts'
import { apiKeyRoutes } from './apiKeys/routes.ts'
import { noteDenial, noteInvalid } from './audit/denials.ts'
import { auditRoutes } from './auditLog/routes.ts'
import { authentication, CHALLENGES } from './auth/filter.ts'
import { Guessing } from './auth/guessing.ts'
import { refuseSingleSignOn } from './auth/singleSignOn.ts'
import { emptyPageRoutes } from './console/emptyPageRoutes.ts'
import { consoleRoutes } from './console/routes.ts'
import { answersOf } from './db/compiled.ts'
import { codeOf, isDiskFailure, storageError, storageTroubleOf } from './db/storageTrouble.ts'
import {
  emptyError,
  HttpError,
  isDenial,
  isInvalid,
  javaError,
  tooManyRequests,
  VALIDATION_ERRORS_TYPE,
} from './errors.ts'
import { healthRoutes } from './health/routes.ts'
import { limitBody } from './http/bodyLimit.ts'
import { type Call, type Env, senderOf } from './http/call.ts'
import { clientAddress } from './http/clientAddress.ts'
import { addApiHeaders, addCookiesAndPolicy, CORS } from './http/headers.ts'
import { admits } from './http/operation.ts'
import { stackOf } from './log.ts'
import { openApiRoutes } from './openapi/routes.ts'
import { orgRoutes } from './orgs/routes.ts'
import { policyRoutes } from './policies/routes.ts'
import { isAdmin } from './principal.ts'
import { processRoutes } from './processes/routes.ts'
import { projectRoutes } from './projects/routes.ts'
import { secretRoutes } from './secrets/routes.ts'
import type { Services } from './services.ts'

import { teamRoutes } from './teams/routes.ts'
import { usageRoutes } from './usage/routes.ts'
import { userRoutes } from './users/routes.ts'
import { BusyError } from './waiting/limit.ts'
import { workFor } from './waiting/person.ts'

/** A secret's value has at most 1 MiB (concord-api §9.5); the rest is for the multipart envelope and the public key. */
export const MAX_BODY_BYTES = 2 * 1024 * 1024

/** The API as one object that takes and returns fetch objects: the same for production, development and tests. */
export function createApp(services: Services): Hono<Env> {
  const app = new Hono<Env>({ getPath: pathOf })
  const answers = answersOf(services.db)
  app.onError((error, c) => answerTo(error, c, services))
  app.notFound(() => emptyResponse(404))

  app.use(async (c, next) => {
    c.set('requestId', randomUUID())
    c.set('clientAddress', clientAddress(c, services.config.trustedProxies))
    c.set('cookies', [])
    c.set('reserve', services.reserve)
    c.set('answers', answers)
    c.set('answersVersion', answers.version)
    const started = performance.now()
    await workFor(networkOf(c.get('clientAddress')), next)
    const asked = { method: c.req.method, endpoint: c.get('endpoint') }
    if (isDenial(c.error)) noteDenial(services.refusals, senderOf(c), asked)
    else if (isInvalid(c.error)) noteInvalid(services.refusals, senderOf(c), asked, c.error.status)
    addCookiesAndPolicy(c)
    services.log.debug('request', {
      method: c.req.method,
      path: c.req.path,
      status: c.res.status,
      client: c.get('clientAddress'),
      ms: Math.round(performance.now() - started),
    })
  })
  app.use('/api/*', async (c, next) => {
    if (c.req.method === 'OPTIONS') {
      // Concord's CORSFilter responds before authentication, on unknown paths too.
      return emptyResponse(204, { ...CORS, Allow: 'OPTIONS, GET, POST, PUT, DELETE' })
    }
    if (c.req.method === 'TRACE') throw emptyError(405)
    await next()
    addApiHeaders(c)
  })
  app.use('/api/*', async (c, next) => {
    refuseStrangePaths(c)
    await next()
  })
  app.use('/api/*', refuseSingleSignOn)
  const guessing = new Guessing()
  app.use('/api/*', authentication(services, guessing))
  app.use('/api/*', limitBody(MAX_BODY_BYTES))

  healthRoutes(app, services)
  consoleRoutes(app, services)
  orgRoutes(app, services)
  projectRoutes(app, services)
  processRoutes(app, services)
  teamRoutes(app, services)
  userRoutes(app, services)
  secretRoutes(app, services)
  usageRoutes(app, services)
  apiKeyRoutes(app, services)
  sessionRoutes(app, services)
  passwordRoutes(app, services, guessing)
  auditRoutes(app, services)
  policyRoutes(app, services)
  emptyPageRoutes(app, services)
  openApiRoutes(app)
  app.all('/api/*', () => emptyResponse(404))
  return app
}

/** The path for routing: JAX-RS ignores matrix parameters and a trailing slash (concord-api §1). */
function pathOf(request: Request): string {
  const start = request.url.indexOf('/', request.url.indexOf('://') + 3)
  const end = request.url.search(/[?#]/)
  const path = request.url.slice(start, end < 0 ? undefined : end).replace(/;[^/]*/g, '')
  return path.length > 1 ? path.replace(/\/$/, '') : path
}

/** Jetty's 404 for `//` and `..`, and its 400 page for an invalid percent-encoding. */
function refuseStrangePaths(c: Call) {
  // The raw URL; the Request's own has its dot segments resolved.
  const raw = (c.env?.incoming?.url ?? new URL(c.req.url).pathname).replace(/[?#].*/s, '')
  if (/\/\/|\/\.\.?(\/|$)/.test(raw)) throw emptyError(404)
  if (!isDecodable(raw)) {
    throw new HttpError(400, {
      type: 'text/html;charset=iso-8859-1',
      text: '<h1>Bad Message 400</h1><pre>reason: Bad request</pre>',
    })
  }
}

/** Use the result: a bundler drops a bare call of decodeURIComponent as free of side effects. */
function isDecodable(path: string): boolean {
  try {
    return decodeURIComponent(path) !== undefined
  } catch {
    return false
  }
}

function answerTo(cause: Error, c: Call, services: Services): Response {
  const { log } = services
  const error = knownError(cause, c, services)
  if (!(error instanceof HttpError)) {
    // The message could quote the input; the stack of our own code cannot.
    log.error('unexpected error', {
      requestId: c.get('requestId'),
      path: c.req.path,
      name: error.name,
      code: codeOf(error),
      at: stackOf(error),
    })
    return textResponse(
      500,
      'text/plain;charset=UTF-8',
      `ERROR: java.lang.RuntimeException: internal error (request ${c.get('requestId')})${unknownAfter(error, c)}`,
    )
  }
  const headers = new Headers()
  for (const [name, value] of Object.entries(error.headers)) {
    if (value === CHALLENGES) challenge(c, headers)
    else headers.set(name, value)
  }
  const body = error.body
  // ValidationExceptionMapperSupport sends its body only to clients that accept its type; others get an empty 400.
  if (!body || (body.type === VALIDATION_ERRORS_TYPE && !admits(c.req.header('Accept'), body.type))) {
    return emptyResponse(error.status, headers)
  }
  headers.set('Content-Type', body.type)
  return new Response(body.text, { status: error.status, headers })
}

/** A write whose fsync failed is rolled back here, but the disk may have kept it: after a crash it can reappear. */
const unknownAfter = (error: Error, c: Call) =>
  isDiskFailure(error) && !['GET', 'HEAD'].includes(c.req.method)
    ? '. The disk failed: whether the change was kept is unknown. Check before you retry.'
    : ''

/** Maps known errors to responses; returns unexpected ones unchanged. */
function knownError(cause: Error, c: Call, { config, log }: Services): Error {
  if (cause instanceof HttpError) return cause
  const beyondQuota = quotaError(cause)
  if (beyondQuota) return beyondQuota
  if (isConstraintViolation(cause)) return CONSTRAINT_VIOLATION
  if (cause instanceof BusyError) return busy(cause)
  const trouble = storageTroubleOf(cause, config.dataDir)
  if (!trouble) return cause
  log.error(`not written: the data folder is ${trouble}`, {
    requestId: c.get('requestId'),
    path: c.req.path,
    code: codeOf(cause),
  })
  const principal = c.get('principal')
  return storageError(trouble, principal !== undefined && isAdmin(principal))
}

/** Two headers, as in Concord. A Response joins them into one, so they go into Node's own response if there is one. */
function challenge(c: Call, headers: Headers) {
  const schemes = CHALLENGES.split(', ')
  if (c.env?.outgoing) c.env.outgoing.setHeader('WWW-Authenticate', schemes)
  else for (const scheme of schemes) headers.append('WWW-Authenticate', scheme)
}

/**
 * A name that is taken or an unknown id, where Concord leaves the check to its database too: its clients get jOOQ's
 * exception.
 */
const CONSTRAINT_VIOLATION = javaError(
  'org.jooq.exception.IntegrityConstraintViolationException',
  'a constraint of the database is violated',
)

const isConstraintViolation = (error: Error & { code?: unknown }) =>
  typeof error.code === 'string' && error.code.startsWith('SQLITE_CONSTRAINT')

/** Passwords and new keys take time; a client that exceeds its share gets a `Retry-After`. */
const busy = ({ message, retryAfter }: BusyError) =>
  tooManyRequests(`${message}. Try again in ${retryAfter} s.`, retryAfter)

const textResponse = (status: number, type: string, text: string) =>
  new Response(text, { status, headers: { 'Content-Type': type } })

function emptyResponse(status: number, headers: Headers | Record<string, string> = {}) {
  const response = new Response(null, { status, headers })
  if (status !== 204) response.headers.set('Content-Length', '0')
  return response
}
