import { test } from 'vitest'
import { server } from './lib/server.ts'

/*
 * The deliberate differences of our server from Concord, with reasons. A test that depends on one names it here, so
 * that nothing differs silently. server/README.md has these and those that no single response shows (encryption,
 * session storage, throttling of guesses, who can decrypt).
 */

export const differences = {
  wrongStorePassword:
    'A wrong store password never opens a secret: our cipher is authenticated. In Concord, 1 of 256 yields garbage.',
  bodyLimit:
    'A request body over 2 MiB, or a form of more than 1,000 parts, is a 413, to protect the memory; Concord accepts any.',
  lostRace:
    'Of two concurrent creations of the same name, one fails because the name is taken (400); in Concord with a 500.',
  uncloned:
    'A repository is saved without cloning it, because no processes need it. Concord clones it, and fails with 500 if it cannot.',
  crossOrigin: 'A change by a page of another origin is a 403; in Concord only SameSite=Lax prevents it.',
  rememberMeEnds: 'Logging out ends the remember-me cookie; in Concord a copy of it stays valid for two weeks.',
  sessionsFollowTheUser:
    'A session has its user’s current roles, and ends when they are disabled: 403 everywhere, not only from whoami. Concord reads both at sign-in.',
  sessionsEndWithTheKey:
    'Everything opened with an API key ends when the key is deleted, expires or gets a new value; in Concord it stays valid (Q25).',
  rememberMeIsUsedUp:
    'A remember-me cookie is valid once: the response has the next one. Reuse of an old one ends all of its user’s sessions. Concord’s is valid for two weeks.',
  shortApiKey: 'A chosen API key has at least 8 bytes (otherwise a 400); Concord accepts a single byte.',
  noSniffing: 'Responses have nosniff, because a value can be anything; Concord’s do not.',
  apiPolicy:
    'Responses have headers against use as a page (Content-Security-Policy, Referrer-Policy), for the same reason; Concord’s do not.',
  relativeRedirect:
    'The redirect to the console’s settings is a path; Concord’s contains the request’s Host, which anybody can forge.',
  encryptedStrings:
    'One string encrypted twice differs: AES-256-GCM with a random nonce. Concord’s AES/ECB reveals equal secrets.',
  singleSignOn: 'There is no OIDC logout: Concord’s redirects anybody to any address, even if OIDC is off.',
  strictUtf8:
    'Malformed UTF-8 is rejected: an overlong form could smuggle a quote past a filter. Jackson accepts overlong forms.',
  morePaths: 'Paths below /api/x and /api/openapi.json do not exist in Concord.',
} as const

type Difference = keyof typeof differences

/** A test of Concord's behaviour only; `difference` says what ours does instead, and why. */
export const onlyOnConcord = (_difference: Difference) => test.runIf(server.kind === 'concord')

/** A test of our server's behaviour only. */
export const onlyOnOurs = (_difference: Difference) => test.runIf(server.kind === 'ours')
