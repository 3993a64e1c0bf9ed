import { isLoopback, networkOf, siteOf } from '../addresses.ts'
import { tooManyRequests } from '../errors.ts'
import { SlowLimit } from '../waiting/slowLimit.ts'
import { sinceStart, Throttle } from '../waiting/throttle.ts'

const MOST_FAILURES_OF_NAME = 20
const MOST_FAILURES_OF_NETWORK = 200
/** An IPv6 network is one of 65,536 of its site, which all may belong to the same person. */
const TIMES_FOR_SITE = 3

/**
 * Slows the guessing of passwords: 20 failures within a minute for one name and network, 200 for one network whatever
 * the names; three times as many for a site of IPv6 networks; and 100 an hour for one name from everywhere, beyond which
 * networks that have not signed in with it lately have to take turns. A network is an IPv4 address or 64 bits of an
 * IPv6 address, which is the least that anybody has of them.
 *
 * Names are user names and the distinguished names of a directory's entries, which can be signed in to under several
 * spellings.
 */
export class Guessing {
  readonly #ofName: ByNetwork
  readonly #ofNetwork: ByNetwork
  readonly #slow: SlowLimit

  constructor(now = sinceStart) {
    this.#ofName = new ByNetwork(MOST_FAILURES_OF_NAME, now)
    this.#ofNetwork = new ByNetwork(MOST_FAILURES_OF_NETWORK, now)
    this.#slow = new SlowLimit(now)
  }

  /** One try to sign in, from an address. */
  from(address: string) {
    return this.#guess(address, (name) => this.#slow.knows(name, networkOf(address)))
  }

  /** One try of a user to confirm their own password, from an address: with a session nobody waits behind strangers. */
  ofSession(address: string) {
    return this.#guess(address, () => true)
  }

  #guess(address: string, isKnown: (name: string) => boolean) {
    const ofName = this.#ofName
    const ofNetwork = this.#ofNetwork
    const slow = this.#slow
    const network = networkOf(address)
    /** The names that it is this try's turn to be used for. */
    const admitted = new Set<string>()

    return {
      /** Throws a 429 when there were too many failures. Asked again it does so for those that others had meanwhile. */
      refuse(name: string) {
        refuseFor(ofName.secondsToWait(address, name), 'for this user')
        refuseFor(ofNetwork.secondsToWait(address), 'from this address')
        if (admitted.has(name)) return
        // Users who have signed in are known by their network; others wait by site, so that nobody fills the queue.
        if (isKnown(name)) return
        refuseFor(slow.secondsToWait(name, siteOf(address)), 'for this user')
        if (slow.isSlow(name)) admitted.add(name)
      },

      /** Whether somebody has signed in with a name from this network in the last 30 days. */
      isKnown,

      failed(names: string[]) {
        for (const name of names) {
          ofName.failed(address, name)
          slow.failed(name)
        }
        // A proxy that does not say whose requests it passes on is all its clients: one must not keep the others out.
        if (!isLoopback(address)) ofNetwork.failed(address)
      },

      succeeded(names: string[]) {
        for (const name of names) {
          ofName.succeeded(address, name)
          slow.succeeded(name, network)
        }
      },
    }
  }
}

/** What one try asks and tells. */
export type Guess = ReturnType<Guessing['from']>

/** Failures of a network, and of the site that it is in. */
class ByNetwork {
  readonly #ofNetwork: Throttle
  readonly #ofSite: Throttle

  constructor(most: number, now: () => number) {
    this.#ofNetwork = new Throttle(most, now)
    this.#ofSite = new Throttle(most * TIMES_FOR_SITE, now)
  }

  secondsToWait(address: string, ...key: string[]): number {
    return Math.max(
      this.#ofNetwork.secondsToWait(networkOf(address), ...key),
      this.#ofSite.secondsToWait(siteOf(address), ...key),
    )
  }

  failed(address: string, ...key: string[]) {
    this.#ofNetwork.failed(networkOf(address), ...key)
    this.#ofSite.failed(siteOf(address), ...key)
  }

  succeeded(address: string, ...key: string[]) {
    this.#ofNetwork.succeeded(networkOf(address), ...key)
    this.#ofSite.succeeded(siteOf(address), ...key)
  }
}

function refuseFor(wait: number, whose: string) {
  if (wait > 0) throw tooManyRequests(`Too many failed sign-ins ${whose}. Try again in ${wait} s.`, wait)
}
