import type { Call, Endpoint } from '../services.ts'
import type { Refusals } from './refusals.ts'

/** The parameters of a path that name something there is; a key or a password that got into a path is no such thing. */
const NAMES = ['orgName', 'projectName', 'secretName', 'teamName', 'roleName', 'repositoryName', 'policyName']
const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i
const MOST_NAME = 128

/** Notes a 403, or what Concord has in its place: who wanted to do what, and with what. */
export const noteDenial = (refusals: Refusals, c: Call) => refusals.note(c, 'denied', requested(c))

/** Notes a request that its operation does not take. */
export const noteInvalid = (refusals: Refusals, c: Call, status: number) =>
  refusals.note(c, 'invalid-request', { status, ...requested(c) })

function requested(c: Call) {
  const endpoint = c.get('endpoint')
  const { method } = c.req
  // A method that is not in use can be any text.
  return {
    method: METHODS.includes(method) ? method : 'other',
    ...(endpoint && { route: endpoint.route, ...namesIn(endpoint) }),
  }
}

const METHODS = ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS', 'TRACE']

function namesIn({ params }: Endpoint) {
  const names = Object.entries(params).filter(
    ([key, value]) => UUID.test(value) || (NAMES.includes(key) && value.length <= MOST_NAME),
  )
  return names.length === 0 ? {} : { params: Object.fromEntries(names) }
}
