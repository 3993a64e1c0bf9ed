import type { MiddlewareHandler } from 'hono'
import { isLoopback, networkOf } from '../addresses.ts'
import { recordEvent } from '../audit/events.ts'
import { recordAccess } from '../audit/record.ts'
import { codeOf, storageTroubleOf } from '../db/storageTrouble.ts'
import { emptyError, forbidden } from '../errors.ts'
import { type Call, type Env, senderOf } from '../http/call.ts'
import { forwardedHost } from '../http/clientAddress.ts'
import { freesSpace } from '../http/freesSpace.ts'
import { comesFromAnotherPage, FOREIGN_PAGE } from '../http/origin.ts'
import { type Principal, personOf, type Refusal } from '../principal.ts'
import type { Services } from '../services.ts'
import { findRememberMe, type Remembered, startRememberMe, useRememberMe } from '../sessions/rememberMe.ts'
import { findSession, startSession, stillSignsIn } from '../sessions/session.ts'
import { newSessionId } from '../vault/tokens.ts'
import type { Turn } from '../waiting/limit.ts'
import { nowFor } from '../waiting/person.ts'
import { apiKeyPrincipal } from './apiKey.ts'
import { basicPrincipal, readBasic } from './basic.ts'
import {
  cookieOf,
  forgetRememberMe,
  REMEMBER_ME_COOKIE,
  SESSION_COOKIE,
  sendRememberMeCookie,
  sendSessionCookie,
} from './cookies.ts'
import { FirstUses } from './firstUses.ts'
import type { Guessing } from './guessing.ts'
import { stillInDirectory } from './ldap.ts'
import { noteRefusal, type Way, wayOf } from './refusal.ts'
import { RequestRate } from './requestRate.ts'
import { sessionTokenPrincipal } from './sessionToken.ts'

/** Paths below /api that need no authentication (concord-api §2.1). */
export const ANONYMOUS: ReadonlySet<string> = new Set([
  '/api/v1/server/ping',
  '/api/v1/server/version',
  '/api/x/live',
  '/api/x/ready',
  '/api/service/console/logout',
  '/api/service/console/cfg',
])

/** Who is signed in, if anybody: what the console asks first. Ours; wrong credentials are refused here too. */
export const SESSION = '/api/x/v1/session'

const WHOAMI = '/api/service/console/whoami'

/**
 * Concord's ConcordAuthenticatingFilter: session, then remember-me, then the headers, in the order of concord-api §2.2.
 * An unidentified request gets a 401.
 */
export function authentication(services: Services, guessing: Guessing): MiddlewareHandler<Env> {
  const firstUses = new FirstUses()
  const users = new RequestRate(services.config.requestsPerSecond)
  // Loopback addresses are exempt: a proxy that does not name its clients stands for all of them, and one must not lock
  // out the others. Separate from the users, so that many addresses cannot evict signed-in users.
  const strangers = new RequestRate(services.config.requestsPerSecond)
  return async (c, next) => {
    const host = forwardedHost(c, services.config.trustedProxies)
    if (comesFromAnotherPage(c.req.method, (name) => c.req.header(name), host)) throw forbidden(FOREIGN_PAGE)
    const stranger = isLoopback(c.get('clientAddress')) ? undefined : networkOf(c.get('clientAddress'))
    if (ANONYMOUS.has(c.req.path)) {
      if (stranger === undefined) return next()
      strangers.count(stranger)
      return strangers.within(stranger, next)
    }
    const way = wayTried(c)
    const principal = await noteRefusal(services.refusals, c, way, () =>
      identify(c, services, guessing, (who) => users.count(personOf(who))),
    )
    if (!principal) {
      if (stranger !== undefined) strangers.count(stranger)
      if (c.req.path === SESSION && (!way || way === 'remember-me'))
        return stranger === undefined ? next() : strangers.within(stranger, next)
      throw emptyError(401, { 'Content-Type': 'application/json', ...challenge(c) })
    }
    c.set('principal', principal)
    const who = personOf(principal)
    nowFor(who)
    await users.within(
      who,
      async () => {
        await firstUses.note(c, services, principal)
        await next()
      },
      answerSent(c),
    )
  }
}

/**
 * Resolves when the operating system has the whole response or the client has disconnected; undefined without a
 * connection.
 */
function answerSent(c: Call): Promise<void> | undefined {
  const outgoing = c.env?.outgoing
  const socket = c.env?.incoming?.socket
  if (!outgoing || !socket || outgoing.destroyed || socket.destroyed) return undefined
  return new Promise((resolve) => {
    const end = () => {
      socket.off('close', end)
      resolve()
    }
    outgoing.once('close', end)
    // A pipelined response gets no event if the one before it is cut off.
    socket.once('close', end)
  })
}

/** `count` throws for clients that have sent too many requests, before anything is written. */
async function identify(
  c: Call,
  services: Services,
  guessing: Guessing,
  count: (who: Principal) => void,
): Promise<Principal | undefined> {
  const { db, masterKey } = services

  const sessionId = cookieOf(c, SESSION_COOKIE)
  const session = sessionId ? await findSession(services, sessionId) : undefined
  if (session) {
    count(session)
    return session
  }

  const remembered = cookieOf(c, REMEMBER_ME_COOKIE)
  if (remembered) {
    const found = await findRememberMe(db, masterKey, remembered)
    if (found?.principal) count(found.principal)
    const principal = found && (await signInAgain(c, services, found))
    if (principal) return principal
    // An unknown cookie is ignored and deleted, twice as in Concord. So is a refused one: once by the failed login,
    // once by the logout after it. Shiro creates a session before it fails, so the response has a session id, which
    // gives no access.
    if (found) sendSessionCookie(c, services.config, newSessionId())
    forgetRememberMe(c)
    forgetRememberMe(c)
    if (found) {
      c.set('refusal', { reason: found.refused ?? 'unknown', userId: found.userId })
      return undefined
    }
  }

  const principal = await fromHeaders(c, services, guessing)
  if (!principal) return undefined
  count(principal)
  // For the error message if later writes fail: admins get instructions.
  c.set('principal', principal)
  const viaKey = principal.realm === 'apikey'
  if (viaKey) {
    const details = { realm: 'apikey', apiKeyId: principal.apiKeyId }
    await recordAccess(db, senderOf(c), { object: 'SYSTEM', details }).catch((error: Error) => {
      // On a full disk, requests that only read or free space still work. Reading a value is a POST, and requires its
      // audit entry.
      if (c.req.method !== 'GET' && c.req.method !== 'HEAD' && !freesSpace(c.req.method, c.req.path)) throw error
      services.log.error('use of an API key not recorded', {
        name: error.name,
        code: codeOf(error),
        apiKeyId: principal.apiKeyId,
      })
    })
  }
  // Session tokens never become a web session (concord-api §2.2).
  if (!principal.user || principal.process) return principal
  const wanted = {
    session: !viaKey || isTrue(c, 'X-Concord-EnableSession'),
    rememberMe: isTrue(c, 'X-Concord-RememberMe'),
  }
  if (!wanted.session && !wanted.rememberMe) return principal
  const signedIn = await signIn(c, services, principal, wanted).catch((error: Error) => {
    // Without a session, so for this request only.
    if (freesSpace(c.req.method, c.req.path) && storageTroubleOf(error, services.config.dataDir) === 'full') return true
    throw error
  })
  if (signedIn) return principal
  c.set('principal', undefined)
  return undefined
}

/** Opens the requested session; returns false if the credentials have become invalid in the meantime. */
async function signIn(c: Call, services: Services, who: Principal, wanted: { session: boolean; rememberMe: boolean }) {
  const { db, config, masterKey } = services
  const sender = senderOf(c, who)
  return db.transaction().execute(async (trx) => {
    if (!(await stillSignsIn(trx, who))) return false
    if (wanted.session) await recordEvent(trx, sender, 'sign-in', { way: wayOf(who) })
    const remembered = wanted.rememberMe ? await startRememberMe(trx, masterKey, sender, who) : undefined
    if (wanted.session) sendSessionCookie(c, config, await startSession(trx, sender, who, remembered?.id))
    if (remembered) sendRememberMeCookie(c, config, remembered.cookie)
    return true
  })
}

/** A login with a remember-me cookie, which uses it up; undefined if it is refused. */
async function signInAgain(c: Call, services: Services, found: Remembered): Promise<Principal | undefined> {
  const { db, config, masterKey, log } = services
  const known = found.principal
  const sender = senderOf(c)
  const principal = known?.realm === 'ldap' ? await stillInDirectory(services, sender, known) : known
  if (!principal) return undefined
  const { used, session } = await db.transaction().execute(async (trx) => {
    const used = await useRememberMe(trx, masterKey, sender, found)
    if (!used || !('cookie' in used)) return { used }
    await recordEvent(trx, senderOf(c, principal), 'sign-in', { way: 'remember-me' satisfies Way })
    return { used, session: await startSession(trx, sender, principal, found.token.id) }
  })
  if (used && 'spent' in used) log.warn('a remember-me cookie was reused: ended all sessions of its user', used.spent)
  if (!used || !('cookie' in used) || !session) return undefined
  sendSessionCookie(c, config, session)
  forgetRememberMe(c)
  sendRememberMeCookie(c, config, used.cookie)
  return principal
}

/** Concord 2.44's order: Basic, API key, session token; the first that identifies the caller wins. */
async function fromHeaders(c: Call, services: Services, guessing: Guessing) {
  const { db } = services
  const authorization = c.req.header('Authorization')?.trim()
  const basic = readBasic(authorization)
  const refuse = (refusal: Refusal) => c.set('refusal', refusal)
  if (basic && 'username' in basic) {
    const guess = guessing.from(c.get('clientAddress'))
    return basicPrincipal(services, senderOf(c), { guess, turn: turnOfStranger(c), refuse }, basic)
  }
  const byKey = await apiKeyPrincipal(db, authorization, refuse)
  if (byKey) return byKey
  const sessionToken = c.req.header('X-Concord-SessionToken') ?? basic?.sessionToken
  return sessionToken === undefined ? undefined : sessionTokenPrincipal(services, sessionToken)
}

/** The credentials of a request without a valid session; undefined if there are none. */
function wayTried(c: Call): Way | undefined {
  const authorization = c.req.header('Authorization')?.trim()
  if (c.req.header('X-Concord-SessionToken') !== undefined) return 'session-token'
  if (authorization) return authorization.startsWith('Basic ') ? 'password' : 'api-key'
  return cookieOf(c, REMEMBER_ME_COOKIE) === undefined ? undefined : 'remember-me'
}

/** When a 401 has a challenge; without one, the browser shows no dialog over the console (concord-api §2.5). */
function challenge(c: Call): Record<string, string> {
  const authorization = c.req.header('Authorization')
  const wantsNone =
    rawPath(c) === WHOAMI ||
    isTrue(c, 'X-Concord-UI-Request') ||
    (authorization !== undefined && !authorization.includes('Basic'))
  return wantsNone ? {} : { 'WWW-Authenticate': CHALLENGES }
}

/** Two header values in one string; app.ts sends them separately. */
export const CHALLENGES = 'Basic, ConcordApiToken'

const rawPath = (c: Call) => new URL(c.req.url).pathname
const isTrue = (c: Call, header: string) => c.req.header(header)?.toLowerCase() === 'true'

/** Unauthenticated: only the network is known. */
const turnOfStranger = (c: Call): Turn => ({
  who: networkOf(c.get('clientAddress')),
  isStranger: true,
  signal: c.req.raw.signal,
})
