import type { Kept } from '../db/kept.ts'
import type { Call } from './call.ts'
import type { Answer } from './headers.ts'

/*
 * The responses of operations that depend on nothing but the caller, the address and the database (`isKept` in
 * operation.ts): they are sent again until a write ends them, so that what many look at is read once.
 */

/** The response to the same request of the same user; undefined if something was written since. */
export const findAnswer = (c: Call): Answer | undefined => (isCurrent(c) ? answers(c).find(nameOf(c)) : undefined)

export function keepAnswer(c: Call, answer: Answer) {
  if (!isCurrent(c)) return
  const body = Buffer.from(answer.body)
  answers(c).keep(nameOf(c), { ...answer, body }, body.length)
}

const answers = (c: Call) => c.get('answers') as Kept<Answer>

function isCurrent(c: Call): boolean {
  const principal = c.get('principal')
  return (
    c.req.method === 'GET' &&
    // If something was written since the caller was identified, their rights may have changed.
    c.get('answersVersion') === answers(c).version &&
    // A response with cookies is for one browser. A process has other rights than its user.
    c.get('cookies').length === 0 &&
    principal?.user !== undefined &&
    principal.process === undefined
  )
}

/** `Accept-Encoding` as it was sent: it decides about the body. An address has no spaces. */
function nameOf(c: Call): string {
  const { realm, user } = c.get('principal') ?? {}
  return `${realm} ${user?.id} ${c.req.header('Accept-Encoding')} ${c.req.url}`
}
