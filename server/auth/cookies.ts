import { getCookie } from 'hono/cookie'
import type { Config } from '../config.ts'
import type { Call } from '../http/call.ts'
import { REMEMBER_ME_SECONDS } from '../sessions/rememberMe.ts'

export const SESSION_COOKIE = 'JSESSIONID'
export const REMEMBER_ME_COOKIE = 'rememberMe'

export const cookieOf = (c: Call, name: string) => getCookie(c, name)

/** Queues a cookie for the response. The attributes and their order are Concord's (concord-api §2.3). */
export function sendSessionCookie(c: Call, config: Config, id: string) {
  c.get('cookies').push(
    `${SESSION_COOKIE}=${id}; Path=/${config.secureCookies ? '; Secure' : ''}; HttpOnly; SameSite=Lax`,
  )
}

export function sendRememberMeCookie(c: Call, config: Config, value: string) {
  const expires = new Date(Date.now() + REMEMBER_ME_SECONDS * 1000).toUTCString()
  const secure = config.secureCookies ? '; Secure' : ''
  c.get('cookies').push(
    `${REMEMBER_ME_COOKIE}=${value}; Path=/; Max-Age=${REMEMBER_ME_SECONDS}; Expires=${expires}${secure}; HttpOnly; SameSite=lax`,
  )
}

/**
 * Deletes the remember-me cookie, if the request carried it. Concord marks the deletion `Secure`, which a browser on plain
 * http ignores; that is why `endRememberMe` also ends the cookie here, on the server.
 */
export function forgetRememberMe(c: Call) {
  if (cookieOf(c, REMEMBER_ME_COOKIE) === undefined) return
  const expires = new Date(Date.now() - 24 * 3600 * 1000).toUTCString()
  c.get('cookies').push(`${REMEMBER_ME_COOKIE}=deleteMe; Path=/; Max-Age=0; Expires=${expires}; Secure; SameSite=lax`)
}
