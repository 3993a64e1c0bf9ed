import { z } from 'zod'
import { requireSignedIn } from '../access/rules.ts'
import { type Caller, turnOf } from '../actor.ts'
import { recordEvent } from '../audit/events.ts'
import { guessedName } from '../auth/basic.ts'

import type { Guessing } from '../auth/guessing.ts'
import type { UserRow } from '../db/schema.ts'
import { validationError } from '../errors.ts'
import { userOf } from '../principal.ts'
import type { Services } from '../services.ts'
import { endSessionsOf } from '../sessions/end.ts'
import { renewSession } from '../sessions/session.ts'
import { PASSWORD_RULE, passwordProblem } from '../users/passwords.ts'
import { hashPassword, verifyPassword } from '../vault/password.ts'

/*
 * The caller's own password. Our own API: Concord leaves passwords to LDAP.
 */

export const passwordRequest = z.object({
  oldPassword: z.string({ error: "'oldPassword' is required" }),
  newPassword: z.string({ error: "'newPassword' is required" }),
})

/** Whether the caller can change their password, and if not, the reason for the console to show. */
export function passwordStatus({ who }: Caller) {
  const reason = whyNot(userOf(who)) ?? (who.sessionId ? undefined : NOT_SIGNED_IN)
  return { changeable: reason === undefined, rule: PASSWORD_RULE, ...(reason === undefined ? {} : { reason }) }
}

const NOT_SIGNED_IN = 'Changing your password needs a session: sign in with your username and password first.'

function whyNot({ type, passwordHash, username }: UserRow): string | undefined {
  if (passwordHash !== null) return undefined
  if (type !== 'LOCAL') return 'Your password is not kept here: change it in the directory that you sign in with.'
  return `You have no password here, only API keys. An administrator of the server can set one: npm run user -- passwd ${username}`
}

type PasswordRequest = z.infer<typeof passwordRequest>

/** Changes the caller's password and ends their other sessions. Returns the new cookie of the remaining session. */
export async function changePassword(
  { db, config, passwordCost }: Services,
  caller: Caller,
  guessing: Guessing,
  { oldPassword, newPassword }: PasswordRequest,
): Promise<string> {
  const sessionId = requireSignedIn(caller.who)
  const user = userOf(caller.who)
  const { passwordHash } = user
  const reason = whyNot(user)
  if (reason !== undefined || passwordHash === null) throw validationError(reason ?? '')
  // A session does not make guessing cheaper: wrong passwords count as failed sign-ins of this user.
  const name = guessedName(user.username, config)
  const guess = guessing.ofSession(caller.request.address)
  guess.refuse(name)
  const matches = await verifyPassword(oldPassword, passwordHash, turnOf(caller))
  guess.refuse(name)
  if (!matches) {
    guess.failed([name])
    throw validationError('The old password is wrong.')
  }
  guess.succeeded([name])
  const problem = newPassword === oldPassword ? 'It is the old one.' : await passwordProblem(user.username, newPassword)
  if (problem !== undefined) throw validationError(`The new password was not accepted. ${problem}`)
  const hash = await hashPassword(newPassword, passwordCost, turnOf(caller))
  return db.transaction().execute(async (trx) => {
    const [updated] = await trx
      .updateTable('users')
      .set({ passwordHash: hash })
      .where('id', '=', user.id)
      .where('passwordHash', '=', passwordHash)
      .execute()
    if (!updated?.numUpdatedRows) throw validationError('The password was changed meanwhile. Try again.')
    const ended = await endSessionsOf(trx, user.id, { keep: sessionId })
    await recordEvent(trx, caller, 'password-changed', { userId: user.id, ended })
    return renewSession(trx, sessionId)
  })
}
