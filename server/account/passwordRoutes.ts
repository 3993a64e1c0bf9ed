import type { Hono } from 'hono'
import { z } from 'zod'
import { requireSignedIn } from '../access/rules.ts'
import { turnOf } from '../actor.ts'
import { recordEvent } from '../audit/events.ts'
import { guessedName } from '../auth/basic.ts'
import { forgetRememberMe, sendSessionCookie } from '../auth/cookies.ts'
import type { Guessing } from '../auth/guessing.ts'
import type { UserRow } from '../db/schema.ts'
import { validationError } from '../errors.ts'
import type { Call, Env } from '../http/call.ts'
import { callerOf, principalOf } from '../http/call.ts'
import { assertDeclared, operation, resource } from '../http/operation.ts'
import { userOf } from '../principal.ts'
import type { Services } from '../services.ts'
import { endSessionsOf } from '../sessions/end.ts'
import { renewSession } from '../sessions/session.ts'
import { PASSWORD_RULE, passwordProblem } from '../users/passwords.ts'
import { hashPassword, verifyPassword } from '../vault/password.ts'

const PASSWORD = '/api/x/v1/password'

const passwordRequest = z.object({
  oldPassword: z.string({ error: "'oldPassword' is required" }),
  newPassword: z.string({ error: "'newPassword' is required" }),
})

/** The caller's own password: ours, not Concord's, which leaves passwords to LDAP. */
export function passwordRoutes(app: Hono<Env>, services: Services, guessing: Guessing) {
  resource(app, PASSWORD, {
    GET: operation({ summary: 'Tell whether you can change your password, and the rule for it' }, (c) => {
      const reason = whyNot(userOf(principalOf(c))) ?? (principalOf(c).sessionId ? undefined : NOT_SIGNED_IN)
      return { changeable: reason === undefined, rule: PASSWORD_RULE, ...(reason === undefined ? {} : { reason }) }
    }),
    PUT: {
      summary: 'Change your password',
      body: passwordRequest,
      consumes: 'application/json',
      handle: async (c) => {
        const sessionId = requireSignedIn(principalOf(c))
        await changePassword(services, c, guessing, { ...(await readRequest(c)), sessionId })
        return { ok: true, result: 'UPDATED' }
      },
    },
  })
}

const NOT_SIGNED_IN = 'Changing your password needs a session: sign in with your user name and password first.'

function whyNot({ type, passwordHash, username }: UserRow): string | undefined {
  if (passwordHash !== null) return undefined
  if (type !== 'LOCAL') return 'Your password is not kept here: change it in the directory that you sign in with.'
  return `You have no password here, only API keys. An administrator of the server can set one: npm run user -- passwd ${username}`
}

async function readRequest(c: Call) {
  assertDeclared(c.get('operation').body, passwordRequest, 'the body')
  const body: unknown = await c.req.json().catch(() => undefined)
  const result = passwordRequest.safeParse(body)
  if (result.success) return result.data
  if (typeof body !== 'object' || body === null || Array.isArray(body))
    throw validationError('The body must be a JSON object')
  throw validationError(result.error.issues[0]?.message ?? 'The body is not as it should be')
}

type Change = z.infer<typeof passwordRequest> & { sessionId: string }

async function changePassword(services: Services, c: Call, guessing: Guessing, change: Change) {
  const { db, config } = services
  const { oldPassword, newPassword, sessionId } = change
  const user = userOf(principalOf(c))
  const { passwordHash } = user
  const reason = whyNot(user)
  if (reason !== undefined || passwordHash === null) throw validationError(reason ?? '')
  // A live session does not make guessing cheaper: wrong ones count together with failed sign-ins of this user.
  const name = guessedName(user.username, config)
  const guess = guessing.ofSession(c.get('clientAddress'))
  guess.refuse(name)
  const matches = await verifyPassword(oldPassword, passwordHash, turnOf(callerOf(c)))
  guess.refuse(name)
  if (!matches) {
    guess.failed([name])
    throw validationError('The old password is wrong.')
  }
  guess.succeeded([name])
  const problem = newPassword === oldPassword ? 'It is the old one.' : await passwordProblem(user.username, newPassword)
  if (problem !== undefined) throw validationError(`The new password was not accepted. ${problem}`)
  const hash = await hashPassword(newPassword, undefined, turnOf(callerOf(c)))
  const cookie = await db.transaction().execute(async (trx) => {
    const [updated] = await trx
      .updateTable('users')
      .set({ passwordHash: hash })
      .where('id', '=', user.id)
      .where('passwordHash', '=', passwordHash)
      .execute()
    if (!updated?.numUpdatedRows) throw validationError('The password was changed meanwhile. Try again.')
    const ended = await endSessionsOf(trx, user.id, { keep: sessionId })
    await recordEvent(trx, callerOf(c), 'password-changed', { userId: user.id, ended })
    return renewSession(trx, sessionId)
  })
  forgetRememberMe(c)
  sendSessionCookie(c, config, cookie)
}
