import { isLoopback } from '../clientAddress.ts'
import { tooManyRequests } from '../errors.ts'
import { Throttle } from './throttle.ts'

const MOST_FAILURES_OF_NAME = 20
const MOST_FAILURES_OF_ADDRESS = 200

/**
 * Slows the guessing of passwords: 20 failures within a minute for one name and address, 200 for one address whatever the
 * names. Names are user names and the distinguished names of a directory's entries, which can be signed in to under
 * several spellings.
 */
export class Guessing {
  readonly #ofName = new Throttle(MOST_FAILURES_OF_NAME)
  readonly #ofAddress = new Throttle(MOST_FAILURES_OF_ADDRESS)

  /** Throws a 429 when there were too many failures. */
  refuse(name: string, address: string) {
    refuseFor(this.#ofName.secondsToWait(name, address), 'for this user')
    refuseFor(this.#ofAddress.secondsToWait(address), 'from this address')
  }

  failed(names: string[], address: string) {
    for (const name of names) this.#ofName.failed(name, address)
    // A proxy that does not say whose requests it passes on is all its clients: one must not keep the others out.
    if (!isLoopback(address)) this.#ofAddress.failed(address)
  }

  succeeded(names: string[], address: string) {
    for (const name of names) this.#ofName.succeeded(name, address)
  }
}

function refuseFor(wait: number, whose: string) {
  if (wait > 0) throw tooManyRequests(`Too many failed sign-ins ${whose}. Try again in ${wait} s.`, wait)
}
