import { afterAll, beforeAll, expect, test } from 'vitest'
import { seen } from '../../tests/support/secrets.ts'
import { givenUser, startTestServer, type TestServer } from '../../tests/support/testServer.ts'
import { newId } from '../ids.ts'
import { hashApiKey } from '../vault/tokens.ts'

const KEYS = '/api/v1/apikey'

let server: TestServer
let ann: { id: string; key: string }

beforeAll(async () => {
  server = await startTestServer()
  ann = await givenUser(server, 'ann')
})
afterAll(() => server.close())

test('stores a new key as a hash: no row contains its value, not even in the audit log', async () => {
  const { body } = await seen(server.request(KEYS, { as: ann.key, json: { name: 'first' } }))
  expect(body.key).toMatch(/^[0-9A-Za-z+/]{22}$/)
  const { db } = server.services
  const rows = [
    await db.selectFrom('apiKeys').selectAll().execute(),
    await db.selectFrom('auditLog').selectAll().execute(),
  ]
  expect(JSON.stringify(rows)).toContain(body.id)
  expect(JSON.stringify(rows)).not.toContain(body.key)
})

test('rejects a key shorter than 8 bytes, even an existing one', async () => {
  const row = { id: newId(), userId: ann.id, name: 'one byte', hash: hashApiKey('AA==') ?? '', expiredAt: null }
  await server.services.db.insertInto('apiKeys').values(row).execute()
  expect((await server.request(KEYS, { as: 'AA==' })).status).toBe(401)
})
