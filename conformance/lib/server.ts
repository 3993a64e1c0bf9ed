import { inject } from 'vitest'

/** The server's LDAP directory, and an account that can write to it. */
export interface Directory {
  url: string
  dn: string
  password: string
  /** The distinguished name under which people and groups are created. */
  base: string
}

/** The server under test, as determined by conformance/setup.ts. */
export interface ServerUnderTest {
  /** Without a trailing slash. */
  url: string
  adminKey: string
  /** From `GET /api/v1/server/version`, or CONCORD_VERSION. */
  version: string
  /** Ours is recognized by its commit id; anything else counts as Walmart's Concord. */
  kind: 'ours' | 'concord'
  /** Whether `POST /api/x/v1/process-session` exists, which issues session tokens over HTTP. */
  processSessions: boolean
  /** Whether policies are stored and applied. */
  policies: boolean
  /** Undefined: skips tests of successful Basic logins. */
  directory: Directory | undefined
  /** A file with one line for each thing to remove at the end. */
  ledger: string
  /** Part of every name that this run creates. */
  run: string
}

declare module 'vitest' {
  interface ProvidedContext {
    server: ServerUnderTest
  }
}

export const server: ServerUnderTest = inject('server')
