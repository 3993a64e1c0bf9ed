import { type Principal, personOf } from './principal.ts'
import type { Turn } from './waiting/limit.ts'

/*
 * What the domain knows of a request: who acts, from where and by what. Hono's context stays in http/, in auth/ and in
 * the routes, so that the terminal and the server itself act by the same functions as clients of the API.
 */

/** Who changes something or reads a value: whom its entry in the audit log names. */
export type Actor = Sender | System

/** Somebody who sends a request, whether or not they are signed in. */
export interface Sender {
  who: Principal | undefined
  request: Origin
}

/** Somebody who sends a request and is signed in. */
export interface Caller extends Sender {
  who: Principal
}

/** The request that somebody acts by. */
export interface Origin {
  id: string
  /** Where it comes from: http/clientAddress.ts. */
  address: string
  /** Whether a console sends it, as the audit log says it. */
  channel: 'UI' | 'API_REQUEST'
  /** What the client says it is: for the list of sessions, in which a user looks for strangers. */
  readonly userAgent: string | null
  /** Aborted when the client is gone. */
  readonly signal: AbortSignal
}

interface System {
  who: undefined
  request: undefined
}

/** The server itself, and whoever is at its terminal. */
export const SYSTEM: System = { who: undefined, request: undefined }

/** Whose turn it is where requests wait for each other. */
export const turnOf = ({ who, request }: Caller): Turn => ({ who: personOf(who), signal: request.signal })
