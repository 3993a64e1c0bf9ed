import { test } from 'vitest'
import { server } from './lib/server.ts'

/*
 * What our server answers differently from Concord on purpose, and why. A test that depends on one names it here, so
 * that nothing differs in silence. server/README.md has these and what no single answer shows (encryption, where
 * sessions are kept, that repositories are not cloned).
 */

export const differences = {
  wrongStorePassword:
    'A wrong store password never opens a secret: our cipher is authenticated. Concord’s lets 1 of 256 through, to garbage.',
  bodyLimit: 'A request body over 2 MiB is refused with 413, to protect the memory; Concord takes any.',
  lostRace:
    'Of two creations of one name at once the loser is told that the name is taken (400); Concord fails with 500.',
} as const

type Difference = keyof typeof differences

/** A test of what only Concord does; `difference` says what ours does instead, and why. */
export const onlyOnConcord = (_difference: Difference) => test.runIf(server.kind === 'concord')

/** A test of what only our server does. */
export const onlyOnOurs = (_difference: Difference) => test.runIf(server.kind === 'ours')
