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
 * Where single sign-on is off, Concord's filters for it say so to anybody (concord-api §2.7); here it always is. Their OIDC
 * logout is left out: off or not, it sends whoever asks to the address in `from`.
 */
export const refuseSingleSignOn: MiddlewareHandler<Env> = async (c, next) => {
  if (!PATHS.includes(c.req.path)) return next()
  throw c.req.header('Accept')?.startsWith('application/json') ? asJson() : asPage()
}

/** What a servlet's `sendError` becomes in Concord (concord-api §3). */
const asJson = () =>
  new HttpError(400, { type: 'application/json', text: '{"error": "An unexpected error occurred."}' })
const asPage = () => new HttpError(400, { type: 'text/html;charset=iso-8859-1', text: '<h2>HTTP ERROR 400</h2>' })
