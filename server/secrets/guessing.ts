import { turnOf } from '../auth/principal.ts'
import { Throttle } from '../auth/throttle.ts'
import type { SecretRow } from '../db/schema.ts'
import { tooManyRequests } from '../errors.ts'
import type { Call, Services } from '../services.ts'
import { WrongPasswordError } from '../vault/vaultErrors.ts'

const MOST_FAILURES = 20
const throttle = new Throttle(MOST_FAILURES)

/**
 * Runs what tries a store password on a secret. Whoever was wrong about the same secret 20 times within a minute has to
 * wait: a PUBLIC one could be guessed at by everybody else. Concord neither slows it nor leaves a trace of it.
 */
export async function slowGuesses<T>(
  { log }: Services,
  c: Call,
  { id }: SecretRow,
  tryIt: () => Promise<T>,
): Promise<T> {
  const { who } = turnOf(c)
  const refuse = () => {
    const wait = throttle.secondsToWait(who, id)
    const message = `Too many wrong store passwords for this secret. Try again in ${wait} s.`
    if (wait > 0) throw tooManyRequests(message, wait)
  }
  refuse()
  try {
    const result = await tryIt()
    // Guesses that came all at once were all let in above.
    refuse()
    throttle.succeeded(who, id)
    return result
  } catch (error) {
    if (!(error instanceof WrongPasswordError)) throw error
    refuse()
    throttle.failed(who, id)
    log.warn('a wrong store password', { secretId: id, user: who })
    throw error
  }
}
