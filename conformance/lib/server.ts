import { inject } from 'vitest'

/** An LDAP directory that the server signs people in by, and who may write to it. */
export interface Directory {
  url: string
  dn: string
  password: string
  /** The distinguished name that people and groups are made below. */
  base: string
}

/** What conformance/setup.ts found out about the server under test. */
export interface ServerUnderTest {
  /** Without a slash at its end. */
  url: string
  adminKey: string
  /** As `GET /api/v1/server/version` says, or CONCORD_VERSION. */
  version: string
  /** Ours is known by its commit id; anything else is taken for Walmart's Concord. */
  kind: 'ours' | 'concord'
  /** Whether `POST /api/x/v1/process-session` is there: session tokens that can be had over HTTP. */
  processSessions: boolean
  /** Whether policies are kept and applied. */
  policies: boolean
  /** Undefined: no tests of Basic logins that succeed. */
  directory: Directory | undefined
  /** A file that takes one line for each thing that has to be removed at the end. */
  ledger: string
  /** Part of every name that this run makes. */
  run: string
}

declare module 'vitest' {
  interface ProvidedContext {
    server: ServerUnderTest
  }
}

export const server: ServerUnderTest = inject('server')
