import { announce, warn } from '#ui/StatusMessage.tsx'
import type { Draft } from './draft.ts'

/** What was sent, without anything secret. */
export type Sent = Pick<Draft, 'name' | 'kind' | 'protection'>

/** What only the response to the creation contains, and what to do without it. */
export function shownOnce({ kind, protection }: Omit<Sent, 'name'>) {
  if (protection === 'generated-password')
    return { what: 'store password', otherwise: 'without it, delete the secret and create it again.' }
  // The server does not show the public key of a pair that it cannot decrypt by itself (concord-api §14, Q14).
  if (protection === 'own-password' && kind === 'new-key-pair')
    return { what: 'public key', otherwise: 'to see it later, read the value with the store password.' }
  return undefined
}

/** For a user who has left the page that would have shown it. */
export function sayCreated(sent: Sent) {
  const once = shownOnce(sent)
  if (!once) return announce(`Created ${sent.name}.`)
  warn(`Created ${sent.name}. You left before its ${once.what} was shown; ${once.otherwise}`)
}

/** After a lost answer, when there is a secret of this name. */
export function lostWith(sent: Sent) {
  const once = shownOnce(sent)
  const lost = once ? ` Its ${once.what} is lost; ${once.otherwise}` : ''
  return `There is a secret named ${sent.name} now: probably yours.${lost}`
}
