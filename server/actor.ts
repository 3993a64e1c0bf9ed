import { type Principal, personOf } from './principal.ts'
import type { Turn } from './waiting/limit.ts'

/*
 * What the domain needs to know about a request: who acts, from where and with what. Hono's context stays in http/,
 * auth/ and the routes, so that the command line and the server itself use the same functions as API clients.
 */

/** Who changes something or reads a value, for the entry in the audit log. */
export type Actor = Sender | System

/** The sender of a request, signed in or not. */
export interface Sender {
  who: Principal | undefined
  request: Origin
}

/** The sender of a request, signed in. */
export interface Caller extends Sender {
  who: Principal
}

/** The request behind the action. */
export interface Origin {
  id: string
  /** The client's address: http/clientAddress.ts. */
  address: string
  /** Whether a console sent it, in the audit log's terms. */
  channel: 'UI' | 'API_REQUEST'
  /** The client's user agent, for the list of sessions, where a user looks for strangers. */
  readonly userAgent: string | null
  /** Aborted when the client disconnects. */
  readonly signal: AbortSignal
}

interface System {
  who: undefined
  request: undefined
}

/** The server itself, and the user of its command line. */
export const SYSTEM: System = { who: undefined, request: undefined }

/** Whose turn it is when requests wait for each other. */
export const turnOf = ({ who, request }: Caller): Turn => ({ who: personOf(who), signal: request.signal })
