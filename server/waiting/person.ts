import { AsyncLocalStorage } from 'node:async_hooks'

interface Person {
  id: string
}

const current = new AsyncLocalStorage<Person>()

/**
 * Runs work on behalf of somebody, in whose queue it waits (server/waiting/turns.ts). Until `nowFor` is called with the
 * user, that is the network of the request.
 */
export const workFor = <T>(id: string, work: () => T): T => current.run({ id }, work)

/** From now on, the current work is on behalf of a user. */
export function nowFor(id: string) {
  const person = current.getStore()
  if (person) person.id = id
}

/** On whose behalf the current work runs; '' is the server itself. */
export const currentPersonId = (): string => current.getStore()?.id ?? ''
