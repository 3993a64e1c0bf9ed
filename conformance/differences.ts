import { test } from 'vitest'
import { server } from './lib/server.ts'

/*
 * What our server answers differently from Concord on purpose, and why. A test that depends on one names it here, so
 * that nothing differs in silence. server/README.md has these and what no single answer shows (encryption, where
 * sessions are kept, that guessing is slowed, who may decrypt).
 */

export const differences = {
  wrongStorePassword:
    'A wrong store password never opens a secret: our cipher is authenticated. Concord’s lets 1 of 256 through, to garbage.',
  bodyLimit:
    'A request body over 2 MiB, or a form of more than 1,000 parts, is refused with 413, to protect the memory; Concord takes any.',
  lostRace:
    'Of two creations of one name at once the loser is told that the name is taken (400); Concord fails with 500.',
  uncloned:
    'A repository is saved as it is: there are no processes that would need it. Concord clones it, and fails with 500 if it cannot.',
  crossOrigin:
    'A change that a page of another origin has the browser send is a 403; in Concord only SameSite=Lax stands against it.',
  rememberMeEnds:
    'Logging out ends the remember-me cookie; in Concord it stays good for two weeks in the hands of who has copied it.',
  sessionsFollowTheUser:
    'A session has the roles that its user has now, and none once they are disabled: 403 everywhere, not from whoami only. Concord reads both at the sign-in.',
  sessionsEndWithTheKey:
    'What an API key opened ends when the key is deleted, expires or gets a new value; in Concord it goes on (Q25).',
  rememberMeIsUsedUp:
    'A remember-me cookie is good once: the answer has the next one. An old one ends all sessions of its user. Concord’s is good for two weeks.',
  shortApiKey: 'A chosen API key has at least 8 bytes (else a 400); Concord takes a single byte.',
  noSniffing: 'Answers say nosniff, as a value is whatever somebody stored; Concord’s do not.',
  noPage:
    'Answers say that they are no page (Content-Security-Policy, Referrer-Policy), for the same reason; Concord’s do not.',
  relativeRedirect:
    'The redirect to the console’s settings is a path; Concord’s has the host that the request named, which anybody can make up.',
  encryptedStrings:
    'One string encrypted twice differs: AES-256-GCM with a random nonce. Concord’s AES/ECB tells who has the same secret.',
  singleSignOn: 'The logout of OIDC is not there: Concord’s sends anybody to any address, even where OIDC is off.',
  strictUtf8:
    'Malformed UTF-8 is never read: what looks harmless to a filter could be a quote here. Jackson takes overlong forms.',
  morePaths: 'Below /api/x and at /api/openapi.json is what Concord does not have.',
} as const

type Difference = keyof typeof differences

/** A test of what only Concord does; `difference` says what ours does instead, and why. */
export const onlyOnConcord = (_difference: Difference) => test.runIf(server.kind === 'concord')

/** A test of what only our server does. */
export const onlyOnOurs = (_difference: Difference) => test.runIf(server.kind === 'ours')
