import { expect, test } from 'vitest'
import type { SecretRow } from '../db/schema.ts'
import { createLog } from '../log.ts'
import type { Call, Services } from '../services.ts'
import { WrongPasswordError } from '../vault/vaultErrors.ts'
import { slowGuesses } from './guessing.ts'

/*
 * Through the API each wrong store password takes a quarter of a second, and these are hundreds.
 */

let number = 0

function secret() {
  const row = { id: `secret-${++number}` } as SecretRow
  const services = { log: createLog('silent') } as Services
  /** What somebody gets for a store password: a value, or the status of a refusal. */
  return async (user: string, password: string) => {
    const call = { get: () => ({ user: { id: user } }), req: { raw: {} } } as unknown as Call
    return slowGuesses(services, call, row, async () => {
      if (password === 'right') return 'value'
      throw new WrongPasswordError()
    }).catch((error) => (error instanceof WrongPasswordError ? 400 : error.status))
  }
}

test('100 wrong ones in an hour by all users together: those who have not opened the secret take turns', async () => {
  const read = secret()
  expect(await read('alice', 'right')).toBe('value')
  for (let i = 0; i < 100; i++) expect(await read(`guesser-${i % 10}`, 'wrong')).toBe(400)
  // One try is free, the next is 36 seconds later, from any network.
  expect(await read('guesser-10', 'wrong')).toBe(400)
  expect(await read('guesser-11', 'wrong')).toBe(429)
  expect(await read('bob', 'right')).toBe(429)
  expect(await read('alice', 'right')).toBe('value')
})

test('other secrets are not slowed', async () => {
  const [read, other] = [secret(), secret()]
  for (let i = 0; i < 100; i++) await read(`guesser-${i % 10}`, 'wrong')
  expect(await other('guesser-0', 'wrong')).toBe(400)
  expect(await other('bob', 'right')).toBe('value')
})

test('guesses that come all at once get no further', async () => {
  const read = secret()
  const answers = await Promise.all(Array.from({ length: 150 }, (_, i) => read(`guesser-${i}`, 'wrong')))
  // The hundred, and the first turn.
  expect(answers.filter((answer) => answer === 400)).toHaveLength(101)
})
