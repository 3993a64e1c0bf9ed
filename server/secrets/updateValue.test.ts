import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type Acme, base64, SAMPLE_VALUES, startAcme, text, UPDATED } from '../../tests/support/secrets.ts'

let { server, make, v1, v2, value } = {} as Acme

const WRONG_PASSWORD =
  'ERROR: java.lang.SecurityException: Error decrypting a secret: Given final block not properly padded. Such issues ' +
  'can arise if a bad key is used during decryption.. Invalid input data and/or a password.'

beforeAll(async () => {
  ;({ server, make, v1, v2, value } = await startAcme())
})
afterAll(() => server.close())

describe('at the same time', () => {
  test('of several new passwords one wins, and opens the whole value', async () => {
    await make('race-password', { storePassword: 'right', value: Buffer.from('precious') })
    const passwords = ['one', 'two', 'three']
    const answers = await Promise.all(
      passwords.map((newStorePassword) => v1('race-password', { storePassword: 'right', newStorePassword })),
    )
    // For the others, the old password is no longer right.
    expect(answers.map(({ status }) => status).sort()).toEqual([200, 500, 500])
    const opened = await Promise.all(passwords.map((password) => value('race-password', password)))
    expect(opened.filter((each) => String(each) === 'precious')).toHaveLength(1)
  })

  test('keeps both new data and a new password', async () => {
    for (let round = 0; round < 2; round++) {
      const name = `race-both-${round}`
      await make(name, { storePassword: 'right' })
      const [data, password] = await Promise.all([
        v1(name, { storePassword: 'right', data: base64('new') }),
        v1(name, { storePassword: 'right', newStorePassword: 'changed' }),
      ])
      expect(password).toEqual(UPDATED)
      expect([UPDATED, text(500, WRONG_PASSWORD)]).toContainEqual(data)
      expect(String(await value(name, 'changed'))).toBe(data.status === 200 ? 'new' : 'value')
    }
  })

  test('type and value always belong together', async () => {
    await make('race-type')
    const changes = Array.from({ length: 10 }, (_, i) =>
      i % 2
        ? v2('race-type', { type: 'DATA', data: 'value' })
        : v2('race-type', { type: 'USERNAME_PASSWORD', username: 'joe', password: 'pa:ss' }),
    )
    const reads = Array.from({ length: 20 }, async () => {
      const form = { storePassword: '' }
      const answer = await server.request('/api/v1/org/acme/secret/race-type/data', { form })
      const type = answer.headers.get('X-Concord-SecretType') as 'DATA' | 'USERNAME_PASSWORD'
      expect(Buffer.from(await answer.arrayBuffer()).toString()).toBe(SAMPLE_VALUES[type].toString())
    })
    await Promise.all([...changes, ...reads])
  })
})
