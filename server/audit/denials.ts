import type { Sender } from '../actor.ts'
import type { Refusals } from './refusals.ts'

/** The target of a request, as far as the log contains it. */
export interface Asked {
  method: string
  /** The route and the values of its parameters; undefined if no route was found. */
  endpoint: { route: string; params: Record<string, string> } | undefined
}

/** Only parameters that are names or ids: a key or a password pasted into a path must not be logged. */
const NAMES = ['orgName', 'projectName', 'secretName', 'teamName', 'roleName', 'repositoryName', 'policyName']
const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i
const MAX_NAME = 128

/** Records a 403, or Concord's equivalent: who tried to do what, and on what. */
export const noteDenial = (refusals: Refusals, sender: Sender, asked: Asked) =>
  refusals.note(sender, 'denied', requested(asked))

/** Records a request that its operation does not accept. */
export const noteInvalid = (refusals: Refusals, sender: Sender, asked: Asked, status: number) =>
  refusals.note(sender, 'invalid-request', { status, ...requested(asked) })

function requested({ method, endpoint }: Asked) {
  return {
    // An unknown method can be any text.
    method: METHODS.includes(method) ? method : 'other',
    ...(endpoint && { route: endpoint.route, ...namesIn(endpoint.params) }),
  }
}

const METHODS = ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS', 'TRACE']

function namesIn(params: Record<string, string>) {
  const names = Object.entries(params).filter(
    ([key, value]) => UUID.test(value) || (NAMES.includes(key) && value.length <= MAX_NAME),
  )
  return names.length === 0 ? {} : { params: Object.fromEntries(names) }
}
