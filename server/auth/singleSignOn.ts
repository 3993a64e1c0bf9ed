import type { MiddlewareHandler } from 'hono'
import { HttpError } from '../errors.ts'
import type { Env } from '../http/call.ts'

const PATHS = [
  '/api/service/oidc/auth',
  '/api/service/oidc/callback',
  '/api/service/sso/auth',
  '/api/service/sso/redirect',
  '/api/service/sso/logout',
]

/**
 * If single sign-on is off, Concord's filters say so to anybody (concord-api §2.7); here it is always off. Their OIDC
 * logout is left out: even when off, it redirects to any address in `from`.
 */
export const refuseSingleSignOn: MiddlewareHandler<Env> = async (c, next) => {
  if (!PATHS.includes(c.req.path)) return next()
  throw c.req.header('Accept')?.startsWith('application/json') ? asJson() : asPage()
}

/** The response of a servlet's `sendError` in Concord (concord-api §3). */
const asJson = () =>
  new HttpError(400, { type: 'application/json', text: '{"error": "An unexpected error occurred."}' })
const asPage = () => new HttpError(400, { type: 'text/html;charset=iso-8859-1', text: '<h2>HTTP ERROR 400</h2>' })
