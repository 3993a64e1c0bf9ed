import type { Sender } from '../actor.ts'
import type { Refusals } from './refusals.ts'

/** What a request asks for, as far as the log says it. */
export interface Asked {
  method: string
  /** The route, and the values of its parameters; undefined where none was found. */
  endpoint: { route: string; params: Record<string, string> } | undefined
}

/** The parameters of a path that name something there is; a key or a password that got into a path is no such thing. */
const NAMES = ['orgName', 'projectName', 'secretName', 'teamName', 'roleName', 'repositoryName', 'policyName']
const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i
const MOST_NAME = 128

/** Notes a 403, or what Concord has in its place: who wanted to do what, and with what. */
export const noteDenial = (refusals: Refusals, sender: Sender, asked: Asked) =>
  refusals.note(sender, 'denied', requested(asked))

/** Notes a request that its operation does not take. */
export const noteInvalid = (refusals: Refusals, sender: Sender, asked: Asked, status: number) =>
  refusals.note(sender, 'invalid-request', { status, ...requested(asked) })

function requested({ method, endpoint }: Asked) {
  return {
    // A method that is not in use can be any text.
    method: METHODS.includes(method) ? method : 'other',
    ...(endpoint && { route: endpoint.route, ...namesIn(endpoint.params) }),
  }
}

const METHODS = ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS', 'TRACE']

function namesIn(params: Record<string, string>) {
  const names = Object.entries(params).filter(
    ([key, value]) => UUID.test(value) || (NAMES.includes(key) && value.length <= MOST_NAME),
  )
  return names.length === 0 ? {} : { params: Object.fromEntries(names) }
}
