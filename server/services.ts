import type { KeyObject } from 'node:crypto'
import type { HttpBindings } from '@hono/node-server'
import type { Context } from 'hono'
import type { Alerts } from './audit/alerts.ts'
import type { Refusals } from './audit/refusals.ts'
import type { Refusal } from './auth/refusal.ts'
import type { Config } from './config.ts'
import type { Db } from './db/open.ts'
import type { Reserve } from './db/reserve.ts'
import type { Operation } from './http/operation.ts'
import type { Log } from './log.ts'
import type { Principal } from './principal.ts'

/** What the routes work with; one per server. */
export interface Services {
  db: Db
  config: Config
  /** Wraps the data keys of the secrets that have no store password. */
  masterKey: KeyObject
  log: Log
  /** Room on the disk for what makes room. */
  reserve: Reserve
  /** Writes what was refused into the audit log. */
  refusals: Refusals
  alerts: Alerts
}

/** A route and the values of its parameters. */
export interface Endpoint {
  route: string
  params: Record<string, string>
}

export interface Env {
  Bindings: Partial<HttpBindings>
  Variables: {
    requestId: string
    /** Of whoever sends it: http/clientAddress.ts. */
    clientAddress: string
    principal: Principal | undefined
    /** What the request asks for; there is none before a route is found. */
    operation: Operation
    reserve: Reserve
    /** Where it is declared, with its parameters: for the audit log. */
    endpoint: Endpoint | undefined
    /** Why the credentials of the request were refused, as far as a way in has said so. */
    refusal: Refusal | undefined
    /** `Set-Cookie` values that the answer carries, whatever it turns out to be. */
    cookies: string[]
  }
}

/** One request, as a handler sees it. */
export type Call = Context<Env>
