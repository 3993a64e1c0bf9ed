import { afterAll, beforeAll, expect, test } from 'vitest'
import { type Acme, base64, seen, startAcme, text, UPDATED } from '../../tests/support/secrets.ts'

let { server, alice, make, v1, read, value } = {} as Acme

beforeAll(async () => {
  ;({ server, alice, make, v1, read, value } = await startAcme())
})
afterAll(() => server.close())

const damage = (secretId: string, data: Buffer) =>
  server.services.db.updateTable('secretValues').set({ data }).where('secretId', '=', secretId).execute()
const damaged = (name: string) =>
  text(500, `ERROR: java.lang.IllegalStateException: The stored value of the secret is damaged: ${name}`)

test('a damaged value gives a clear error, and affects nothing else', async () => {
  const { id } = await make('read')
  await damage(id, Buffer.from('junk'))
  const answer = server.request('/api/v1/org/acme/secret/read/data', { as: alice.key, form: { x: '' } })
  expect(await seen(answer)).toEqual(damaged('read'))
  expect(await read('read')).toMatchObject({ id })
  expect((await server.request('/api/v2/org/acme/secret')).status).toBe(200)
})

test('a damaged value can’t be re-encrypted, but can be replaced', async () => {
  const { id } = await make('locked', { storePassword: 'right' })
  await damage(id, Buffer.of(1, 2))
  expect(await v1('locked', { storePassword: 'right', data: base64('new') })).toEqual(damaged('locked'))
  const plain = await make('plain')
  await damage(plain.id, Buffer.of(1, 2))
  expect(await v1('plain', { data: base64('new') })).toEqual(UPDATED)
  expect(String(await value('plain'))).toBe('new')
})

test('rejects a value that is not base64, without quoting it', async () => {
  await make('quoted')
  const answer = await v1('quoted', { data: '***' })
  expect(answer).toMatchObject({ status: 500, body: expect.stringContaining('InvalidFormatException') })
  expect(answer.body).not.toContain('***')
})
