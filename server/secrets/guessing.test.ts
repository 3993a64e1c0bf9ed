import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type Acme, lastAudit, startAcme, text, UPDATED } from '../../tests/support/secrets.ts'
import type { Caller } from '../actor.ts'
import type { SecretRow } from '../db/schema.ts'
import { createLog } from '../log.ts'
import type { Services } from '../services.ts'
import { WrongPasswordError } from '../vault/vaultErrors.ts'
import { slowGuesses } from './guessing.ts'

let number = 0

function secret() {
  const row = { id: `secret-${++number}` } as SecretRow
  const services = { log: createLog('silent') } as Services
  /** The result of trying a store password: a value, or the status of a refusal. */
  return async (user: string, password: string) => {
    const caller = { who: { user: { id: user } }, request: {} } as Caller
    return slowGuesses(services, caller, row, async () => {
      if (password === 'right') return 'value'
      throw new WrongPasswordError()
    }).catch((error) => (error instanceof WrongPasswordError ? 400 : error.status))
  }
}

test('after 100 wrong ones in an hour by all users together, those who have not opened the secret are queued', async () => {
  const read = secret()
  expect(await read('alice', 'right')).toBe('value')
  for (let i = 0; i < 100; i++) expect(await read(`guesser-${i % 10}`, 'wrong')).toBe(400)
  // One attempt is free, the next is 36 seconds later, from any network.
  expect(await read('guesser-10', 'wrong')).toBe(400)
  expect(await read('guesser-11', 'wrong')).toBe(429)
  expect(await read('bob', 'right')).toBe(429)
  expect(await read('alice', 'right')).toBe('value')
})

test('does not throttle other secrets', async () => {
  const [read, other] = [secret(), secret()]
  for (let i = 0; i < 100; i++) await read(`guesser-${i % 10}`, 'wrong')
  expect(await other('guesser-0', 'wrong')).toBe(400)
  expect(await other('bob', 'right')).toBe('value')
})

test('concurrent guesses get no further', async () => {
  const read = secret()
  const answers = await Promise.all(Array.from({ length: 150 }, (_, i) => read(`guesser-${i}`, 'wrong')))
  // The hundred, and the first turn.
  expect(answers.filter((answer) => answer === 400)).toHaveLength(101)
})

describe('through the API', () => {
  let { server, alice, bob, make, v2, value } = {} as Acme

  beforeAll(async () => {
    ;({ server, alice, bob, make, v2, value } = await startAcme())
  })
  afterAll(() => server.close())

  const data = (name: string, storePassword: string, as = alice.key) =>
    server.request(`/api/v1/org/acme/secret/${name}/data`, { as, form: { storePassword } })

  test('a wrong one is always a 400, and not in the audit log; after 20 in a minute it is throttled', async () => {
    const { id } = await make('guessed', { storePassword: 'right' })
    await make('another', { storePassword: 'right' })
    const lines: string[] = []
    server.services.log = createLog('info', (line) => lines.push(line))
    const guess = (i: number) => data('guessed', `wrong-${i}`)
    for (let i = 0; i < 10; i++) expect((await guess(i)).status).toBe(400)
    // Concurrent ones get no further.
    const rest = await Promise.all(Array.from({ length: 15 }, (_, i) => guess(10 + i)))
    expect(rest.filter(({ status }) => status === 400)).toHaveLength(10)
    const slowed = await data('guessed', 'right')
    expect(slowed.status).toBe(429)
    expect(Number(slowed.headers.get('Retry-After'))).toBeGreaterThan(0)
    expect(await slowed.text()).toMatch(/^Too many wrong store passwords for this secret. Try again in \d+ s.$/)
    expect(await lastAudit(server, id)).toBeUndefined()
    expect(
      lines.filter((line) => line.includes(`a wrong store password {"secretId":"${id}","user":"${alice.id}"}`)),
    ).toHaveLength(20)
    expect(lines.join()).not.toContain('wrong-')

    expect((await data('guessed', 'right', bob.key)).status).toBe(200)
    expect((await data('another', 'right')).status).toBe(200)
  })

  test('the right one clears earlier wrong ones', async () => {
    await make('forgiven', { storePassword: 'right' })
    for (let i = 0; i < 38; i++) {
      const right = i === 19
      const { status } = await data('forgiven', right ? 'right' : 'wrong')
      expect(status).toBe(right ? 200 : 400)
    }
  })

  test('wrong ones in updates count too, and throttle reads as well', async () => {
    await make('changed', { storePassword: 'right' })
    for (let i = 0; i < 20; i++) {
      const answer = await v2('changed', { storePassword: `wrong-${i}`, newStorePassword: 'new' })
      expect(answer).toEqual(text(500, expect.stringContaining('SecurityException: Error decrypting a secret: ')))
    }
    expect((await v2('changed', { storePassword: 'right', newStorePassword: 'new' })).status).toBe(429)
    expect(await value('changed', 'right')).toBe(429)
    expect(await v2('changed', { name: 'changed-2' })).toEqual(UPDATED)
  })
})
