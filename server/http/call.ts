import type { HttpBindings } from '@hono/node-server'
import type { Context } from 'hono'
import type { Caller, Sender } from '../actor.ts'
import type { Asked } from '../audit/denials.ts'
import type { Kept } from '../db/kept.ts'
import type { Reserve } from '../db/reserve.ts'
import { textError } from '../errors.ts'
import type { Principal, Refusal } from '../principal.ts'

/*
 * Hono's context, for http/, auth/, app.ts and the routes. All other code takes an Actor.
 */

export interface Env {
  Bindings: Partial<HttpBindings>
  Variables: {
    requestId: string
    /** The client's address: http/clientAddress.ts. */
    clientAddress: string
    principal: Principal | undefined
    reserve: Reserve
    answers: Kept<unknown>
    /** The version of what they are made of, before the caller was identified. */
    answersVersion: number
    /** Its path with parameters, for the audit log. */
    endpoint: Asked['endpoint']
    /** Why the credentials of the request were rejected, if known. */
    refusal: Refusal | undefined
    /** `Set-Cookie` values for the response, whatever its status. */
    cookies: string[]
  }
}

/** A request, as a handler sees it. */
export type Call = Context<Env>

/** The principal of a request behind the authentication filter. */
export function principalOf(c: Call): Principal {
  const principal = c.get('principal')
  if (!principal) throw textError(401, "Can't determine the current principal")
  return principal
}

/** The sender of a request that requires a sign-in. */
export const callerOf = (c: Call): Caller => ({ who: principalOf(c), request: originOf(c) })

/** The sender of a request, signed in or not. During a sign-in, `who` is the user being signed in. */
export const senderOf = (c: Call, who = c.get('principal')): Sender => ({ who, request: originOf(c) })

const MAX_USER_AGENT = 256

const originOf = (c: Call): Sender['request'] => ({
  id: c.get('requestId'),
  address: c.get('clientAddress'),
  channel: c.req.header('X-Concord-UI-Request') ? 'UI' : 'API_REQUEST',
  get userAgent() {
    return c.req.header('User-Agent')?.slice(0, MAX_USER_AGENT) ?? null
  },
  // Lazily, because this makes Node's adapter build a whole Request.
  get signal() {
    return c.req.raw.signal
  },
})
