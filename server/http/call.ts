import type { HttpBindings } from '@hono/node-server'
import type { Context } from 'hono'
import type { Caller, Sender } from '../actor.ts'
import type { Asked } from '../audit/denials.ts'
import type { Reserve } from '../db/reserve.ts'
import { textError } from '../errors.ts'
import type { Principal, Refusal } from '../principal.ts'

/*
 * Hono's context, for http/, auth/, app.ts and the routes. Everything behind them takes an Actor.
 */

export interface Env {
  Bindings: Partial<HttpBindings>
  Variables: {
    requestId: string
    /** Of whoever sends it: http/clientAddress.ts. */
    clientAddress: string
    principal: Principal | undefined
    reserve: Reserve
    /** Where it is declared, with its parameters: for the audit log. */
    endpoint: Asked['endpoint']
    /** Why the credentials of the request were refused, as far as a way in has said so. */
    refusal: Refusal | undefined
    /** `Set-Cookie` values that the answer carries, whatever it turns out to be. */
    cookies: string[]
  }
}

/** One request, as a handler sees it. */
export type Call = Context<Env>

/** The principal of a request behind the authentication filter. */
export function principalOf(c: Call): Principal {
  const principal = c.get('principal')
  if (!principal) throw textError(401, "Can't determine the current principal")
  return principal
}

/** Who sends a request that only those who are signed in can send. */
export const callerOf = (c: Call): Caller => ({ who: principalOf(c), request: originOf(c) })

/** Who sends a request, whether or not they are signed in. While they sign in, `who` says who they will be. */
export const senderOf = (c: Call, who = c.get('principal')): Sender => ({ who, request: originOf(c) })

const MOST_USER_AGENT = 256

const originOf = (c: Call): Sender['request'] => ({
  id: c.get('requestId'),
  address: c.get('clientAddress'),
  channel: c.req.header('X-Concord-UI-Request') ? 'UI' : 'API_REQUEST',
  get userAgent() {
    return c.req.header('User-Agent')?.slice(0, MOST_USER_AGENT) ?? null
  },
  // Not before somebody asks for it: it makes Node's adapter build a whole Request.
  get signal() {
    return c.req.raw.signal
  },
})
