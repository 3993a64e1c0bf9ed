import { AsyncLocalStorage } from 'node:async_hooks'

interface Person {
  id: string
}

const current = new AsyncLocalStorage<Person>()

/**
 * Does work for somebody: what it waits for, it waits for in their line (server/waiting/turns.ts). Somebody is the network that
 * a request comes from until `nowFor` says who sent it.
 */
export const workFor = <T>(id: string, work: () => T): T => current.run({ id }, work)

/** The rest of the work at hand is for a user. */
export function nowFor(id: string) {
  const person = current.getStore()
  if (person) person.id = id
}

/** Who the work at hand is for; '' is the server itself. */
export const whoseWork = (): string => current.getStore()?.id ?? ''
