import { isLoopback, networkOf, siteOf } from '../addresses.ts'
import { tooManyRequests } from '../errors.ts'
import { SlowLimit } from '../waiting/slowLimit.ts'
import { sinceStart, Throttle } from '../waiting/throttle.ts'

const MAX_FAILURES_OF_NAME = 20
const MAX_FAILURES_OF_NETWORK = 200
/** A site has 65,536 IPv6 networks, which may all belong to the same person. */
const TIMES_FOR_SITE = 3

/**
 * Throttles password guessing: 20 failures a minute for one name and network, 200 for one network and all names; three
 * times as many for an IPv6 site; and 100 an hour for one name from everywhere, after which networks that have not
 * signed in with it recently are queued. A network is an IPv4 address or a /64 of IPv6 addresses, the smallest block
 * that anyone gets. Names are user names and the distinguished names of directory entries, which can sign in under
 * several spellings.
 */
export class Guessing {
  readonly #ofName: ByNetwork
  readonly #ofNetwork: ByNetwork
  readonly #slow: SlowLimit

  constructor(now = sinceStart) {
    this.#ofName = new ByNetwork(MAX_FAILURES_OF_NAME, now)
    this.#ofNetwork = new ByNetwork(MAX_FAILURES_OF_NETWORK, now)
    this.#slow = new SlowLimit(now)
  }

  /** An attempt to sign in from an address. */
  from(address: string) {
    return this.#guess(address, (name) => this.#slow.knows(name, networkOf(address)))
  }

  /** A signed-in user's attempt to confirm their password from an address: they do not wait behind strangers. */
  ofSession(address: string) {
    return this.#guess(address, () => true)
  }

  #guess(address: string, isKnown: (name: string) => boolean) {
    const ofName = this.#ofName
    const ofNetwork = this.#ofNetwork
    const slow = this.#slow
    const network = networkOf(address)
    /** The names for which it is this attempt's turn. */
    const admitted = new Set<string>()

    return {
      /** Throws a 429 after too many failures. Called again, it includes failures of others in the meantime. */
      refuse(name: string) {
        refuseFor(ofName.secondsToWait(address, name), 'for this user')
        refuseFor(ofNetwork.secondsToWait(address), 'from this address')
        if (admitted.has(name)) return
        // Known users are recognized by their network; others queue by site, so that nobody can fill the queue.
        if (isKnown(name)) return
        refuseFor(slow.secondsToWait(name, siteOf(address)), 'for this user')
        if (slow.isSlow(name)) admitted.add(name)
      },

      /** Whether there was a sign-in with this name from this network in the last 30 days. */
      isKnown,

      failed(names: string[]) {
        for (const name of names) {
          ofName.failed(address, name)
          slow.failed(name)
        }
        // A proxy that does not name its clients stands for all of them: one must not lock out the others.
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

/** The interface of an attempt. */
export type Guess = ReturnType<Guessing['from']>

/** Failures of a network, and of its site. */
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
