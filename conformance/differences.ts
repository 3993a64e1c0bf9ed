import { test } from 'vitest'
import { server } from './lib/server.ts'

/*
 * All that our server does differently from Concord on purpose, and why; server/README.md says the same. A test that
 * depends on one names it here, so that nothing differs in silence.
 */

export const differences = {
  wrongStorePassword:
    'A wrong store password never decrypts to garbage: our cipher is authenticated. Concord’s lets about 1 of 256 through.',
  otherErrorTexts:
    'The text after an exception’s class is Java’s own; ours says less, so that it cannot quote what was sent.',
  bodyLimit: 'A request body over 2 MiB is refused with 413; Concord takes any. It protects the memory.',
  lostRace:
    'Of two creations of one name at once, the loser is told that the name is taken (400); Concord fails with 500.',
  repositoriesAreNotCloned:
    'A repository is saved as it is: there are no processes here that would need what is in it.',
  rememberMeCookie:
    'The cookie says who signed in and nothing else; deleting the API key behind it ends it. Concord’s holds the password or key.',
  disabledUsers: 'Disabling a user ends their sessions at once; on Concord a session lives on.',
  directory:
    'User names and passwords are checked by a directory of our own unless LDAP is set up, so Basic login can be throttled.',
} as const

type Difference = keyof typeof differences

/** A test of what only Concord does; `difference` says what ours does instead, and why. */
export const onlyOnConcord = (_difference: Difference) => test.runIf(server.kind === 'concord')

/** A test of what only our server does. */
export const onlyOnOurs = (_difference: Difference) => test.runIf(server.kind === 'ours')
