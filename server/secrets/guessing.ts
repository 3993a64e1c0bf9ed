import type { Caller } from '../actor.ts'
import { turnOf } from '../actor.ts'
import type { SecretRow } from '../db/schema.ts'
import { tooManyRequests } from '../errors.ts'
import type { Services } from '../services.ts'
import { WrongPasswordError } from '../vault/vaultErrors.ts'
import { SlowLimit } from '../waiting/slowLimit.ts'
import { Throttle } from '../waiting/throttle.ts'

const MAX_FAILURES = 20
const throttle = new Throttle(MAX_FAILURES)
const slow = new SlowLimit()

/**
 * Runs an operation that tries a store password. A user with 20 failures for the same secret within a minute has to
 * wait, and after 100 failures within an hour by all users together, those who have not opened it recently are queued:
 * otherwise everybody could guess at a PUBLIC secret. Concord neither throttles nor logs it.
 */
export async function slowGuesses<T>(
  { log }: Services,
  caller: Caller,
  { id }: SecretRow,
  tryIt: () => Promise<T>,
): Promise<T> {
  const { who } = turnOf(caller)
  let admitted = false
  const refuse = () => {
    const wait = throttle.secondsToWait(who, id) || (admitted ? 0 : slow.secondsToWait(id, who))
    const message = `Too many wrong store passwords for this secret. Try again in ${wait} s.`
    if (wait > 0) throw tooManyRequests(message, wait)
    admitted ||= slow.isSlow(id)
  }
  refuse()
  try {
    const result = await tryIt()
    // Concurrent guesses all passed the check above.
    refuse()
    throttle.succeeded(who, id)
    slow.succeeded(id, who)
    return result
  } catch (error) {
    if (!(error instanceof WrongPasswordError)) throw error
    refuse()
    throttle.failed(who, id)
    slow.failed(id)
    log.warn('a wrong store password', { secretId: id, user: who })
    throw error
  }
}
