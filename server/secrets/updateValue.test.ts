import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import {
  type Acme,
  base64,
  file,
  lastAudit,
  SAMPLE_VALUES,
  startAcme,
  text,
  UPDATED,
  utf8,
} from '../../tests/support/secrets.ts'

let { server, bob, make, v1, v2, read, value } = {} as Acme

const SERVER_KEY = "The secret is encrypted with the server's key, the 'storePassword' cannot be changed"
const WRONG_PASSWORD =
  'ERROR: java.lang.SecurityException: Error decrypting a secret: Given final block not properly padded. Such issues ' +
  'can arise if a bad key is used during decryption.. Invalid input data and/or a password.'

beforeAll(async () => {
  ;({ server, bob, make, v1, v2, read, value } = await startAcme())
})
afterAll(() => server.close())

describe('value and store password', () => {
  test('v1 data makes any type DATA (concord-api §14 Q8)', async () => {
    const { id } = await make('v1-data', { type: 'KEY_PAIR' })
    expect(await v1('v1-data', { data: base64('näw') })).toEqual(UPDATED)
    expect(await read('v1-data')).toMatchObject({ type: 'DATA', lastUpdatedAt: expect.any(String) })
    expect((await lastAudit(server, id))?.details.changes).toEqual({
      prev: { type: 'KEY_PAIR' },
      new: { type: 'DATA', lastUpdatedAt: expect.stringMatching(/\.\d{6}Z$/) },
      updated: { data: true },
    })
    expect(String(await value('v1-data'))).toBe('näw')
  })

  test('v1 data may be empty, and have line breaks in its base64', async () => {
    await make('v1-empty')
    await v1('v1-empty', { data: '' })
    expect(String(await value('v1-empty'))).toBe('')
    await v1('v1-empty', { data: 'bmV3\nIHZh\r\nbHVl' })
    expect(String(await value('v1-empty'))).toBe('new value')
  })

  test('v2 sets any type; without a type the parts do not count', async () => {
    await make('v2-type', { visibility: 'PRIVATE' })
    await v2('v2-type', { data: 'ignored', visibility: 'PRIVATE' })
    expect(String(await value('v2-type'))).toBe('value')
    await v2('v2-type', { type: 'username_password', username: utf8('joe'), password: utf8('pa:ss') })
    expect(String(await value('v2-type'))).toBe(SAMPLE_VALUES.USERNAME_PASSWORD.toString())
    await v2('v2-type', { type: 'KEY_PAIR', public: file('ssh-rsa AAAA test'), private: file('private') })
    expect(String(await value('v2-type'))).toBe(SAMPLE_VALUES.KEY_PAIR.toString())
  })

  test.each([
    ['name', { name: 'metadata-name-2' }],
    ['visibility', { visibility: 'PRIVATE' }],
    ['owner', {}],
  ])('lastUpdatedAt is not about the %s (concord-api §14 Q34)', async (what, json) => {
    const { id } = await make(`metadata-${what}`)
    expect(await v1(`metadata-${what}`, what === 'owner' ? { owner: { id: bob.id } } : json)).toEqual(UPDATED)
    const row = await server.services.db
      .selectFrom('secrets')
      .selectAll()
      .where('id', '=', id)
      .executeTakeFirstOrThrow()
    expect(row.lastUpdatedAt).toBeNull()
  })

  test('data of a protected secret', async () => {
    await make('pw-data', { storePassword: 'right' })
    expect(await v1('pw-data', { data: base64('x'), storePassword: 'wrong' })).toEqual(text(500, WRONG_PASSWORD))
    expect(await v2('pw-data', { type: 'DATA', data: 'new', storePassword: 'right' })).toEqual(UPDATED)
    expect(String(await value('pw-data', 'right'))).toBe('new')
  })

  test('a new password; it is not checked against the rules', async () => {
    const { id } = await make('pw-new', { storePassword: 'right' })
    expect(await v2('pw-new', { storePassword: 'right', newStorePassword: 'x' })).toEqual(UPDATED)
    expect((await lastAudit(server, id))?.details.changes).toEqual({
      new: { lastUpdatedAt: expect.any(String) },
      updated: { password: true },
    })
    expect(String(await value('pw-new', 'x'))).toBe('value')
    expect(await value('pw-new', 'right')).toBe(400)
  })

  test('a new password and new data at once', async () => {
    await make('pw-both', { storePassword: 'right' })
    const form = { type: 'DATA', data: 'both', storePassword: 'right', newStorePassword: utf8('nëw') }
    expect(await v2('pw-both', form)).toEqual(UPDATED)
    expect(String(await value('pw-both', utf8('nëw')))).toBe('both')
  })

  test('a wrong password, every time (Concord takes 1 of 256)', async () => {
    await make('pw-wrong', { storePassword: 'right' })
    for (let i = 0; i < 20; i++) {
      const answer = await v2('pw-wrong', { storePassword: `wrong-${i}`, newStorePassword: 'new' })
      expect(answer).toEqual(text(500, WRONG_PASSWORD))
    }
    // Then it is slowed, for reading too.
    expect((await v2('pw-wrong', { storePassword: 'right', newStorePassword: 'new' })).status).toBe(429)
    expect(await value('pw-wrong', 'right')).toBe(429)
    expect(await v2('pw-wrong', { name: 'pw-wrong-renamed' })).toEqual(UPDATED)
  })

  test('a new password without the old one fails, the old one alone is not looked at', async () => {
    await make('pw-alone', { storePassword: 'right' })
    expect(await v2('pw-alone', { newStorePassword: 'new' })).toEqual(text(500, WRONG_PASSWORD))
    expect(await v2('pw-alone', { storePassword: 'anything' })).toEqual(UPDATED)
  })

  test('v1 takes empty and padded passwords literally, which …/data can’t send (concord-api §14 Q27)', async () => {
    await make('pw-literal', { storePassword: 'right' })
    await v1('pw-literal', { storePassword: 'right', newStorePassword: ' padded ' })
    expect(await value('pw-literal', ' padded ')).toBe(400)
    await v1('pw-literal', { storePassword: ' padded ', newStorePassword: '' })
    expect(await value('pw-literal', '')).toBe(400)
    await v1('pw-literal', { storePassword: '', newStorePassword: 'right' })
    expect(String(await value('pw-literal', 'right'))).toBe('value')
  })

  test.each([
    ['storePassword', ''],
    ['newStorePassword', 'x'],
  ])('%s for a secret of the server’s key fails the whole update (concord-api §14 Q12)', async (field, password) => {
    await make(`sk-${field}`)
    expect(await v1(`sk-${field}`, { [field]: password, name: 'never' })).toEqual(text(400, SERVER_KEY))
    expect((await server.request('/api/v2/org/acme/secret/never')).status).toBe(404)
  })
})

describe('at the same time', () => {
  test('of several new passwords one wins, and opens the whole value', async () => {
    await make('race-password', { storePassword: 'right', value: Buffer.from('precious') })
    const passwords = ['one', 'two', 'three', 'four']
    const answers = await Promise.all(
      passwords.map((newStorePassword) => v1('race-password', { storePassword: 'right', newStorePassword })),
    )
    // The others find that theirs is not the password any more.
    expect(answers.map(({ status }) => status).sort()).toEqual([200, 500, 500, 500])
    const opened = await Promise.all(passwords.map((password) => value('race-password', password)))
    expect(opened.filter((each) => String(each) === 'precious')).toHaveLength(1)
  })

  test('new data and a new password do not lose each other', async () => {
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
