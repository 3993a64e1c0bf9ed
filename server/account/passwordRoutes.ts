import type { Hono } from 'hono'
import { forgetRememberMe, sendSessionCookie } from '../auth/cookies.ts'
import type { Guessing } from '../auth/guessing.ts'
import { callerOf, type Env } from '../http/call.ts'
import { operation, resource } from '../http/operation.ts'
import type { Services } from '../services.ts'
import { changePassword, passwordRequest, passwordStatus } from './password.ts'

/** The caller's own password. */
export function passwordRoutes(app: Hono<Env>, services: Services, guessing: Guessing) {
  resource(app, '/api/x/v1/password', {
    GET: operation({ summary: 'Check whether you can change your password, and get the rule for it' }, (c) =>
      passwordStatus(callerOf(c)),
    ),
    PUT: operation({ summary: 'Change your password', body: passwordRequest }, async (c, { body }) => {
      const cookie = await changePassword(services, callerOf(c), guessing, body)
      forgetRememberMe(c)
      sendSessionCookie(c, services.config, cookie)
      return { ok: true, result: 'UPDATED' }
    }),
  })
}
