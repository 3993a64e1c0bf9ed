import { recordEvent } from '../audit/events.ts'
import { codeOf } from '../db/storageTrouble.ts'
import { type Call, senderOf } from '../http/call.ts'
import type { Principal } from '../principal.ts'
import type { Services } from '../services.ts'

const MAX_REMEMBERED = 10_000

/**
 * Records only the first use of each session token as a sign-in, because a row for each of its requests would be
 * excessive. A restart forgets which tokens were used.
 */
export class FirstUses {
  readonly #used = new Set<string>()

  async note(c: Call, { db, log }: Services, principal: Principal) {
    const { process } = principal
    if (!process || this.#used.has(process.instanceId)) return
    const [oldest] = this.#used
    if (this.#used.size >= MAX_REMEMBERED && oldest !== undefined) this.#used.delete(oldest)
    this.#used.add(process.instanceId)
    const details = { way: 'session-token', process }
    await db
      .transaction()
      .execute((trx) => recordEvent(trx, senderOf(c, principal), 'sign-in', details))
      .catch((error: Error) => {
        this.#used.delete(process.instanceId)
        log.error('use of a session token not recorded', { name: error.name, code: codeOf(error) })
      })
  }
}
