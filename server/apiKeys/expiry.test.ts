import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import { seen } from '../../tests/support/secrets.ts'
import { ORG } from '../../tests/support/signIn.ts'
import { ADMIN_KEY, givenUser, startTestServer, type TestServer } from '../../tests/support/testServer.ts'
import { runHousekeeping } from '../process/housekeeping.ts'

const DAY = 86_400_000
let server: TestServer
let joe: { id: string; key: string }

beforeAll(async () => {
  server = await startTestServer({ API_KEY_EXPIRY: '30 days' })
  joe = await givenUser(server, 'joe')
})
afterAll(() => server.close())

const list = async () => (await seen(server.request('/api/v1/apikey', { as: joe.key }))).body
const make = async (path = '/api/v1/apikey', name = 'short') =>
  (await seen(server.request(path, { as: joe.key, json: { name } }))).body
const remaining = (expiredAt: string) => Math.round((Date.parse(expiredAt) - Date.now()) / DAY)

test('keys expire after the configured time, which the create response does not contain', async () => {
  expect(Object.keys(await make()).sort()).toEqual(['id', 'key', 'name', 'ok', 'result'])
  const [main, short] = await list()
  expect(main).not.toHaveProperty('expiredAt')
  expect(remaining(short.expiredAt)).toBe(30)
  await server.services.db.updateTable('apiKeys').set({ expiredAt: null }).where('name', '=', 'short').execute()
  await make('/api/v2/apikey')
  expect(remaining((await list())[1].expiredAt)).toBe(30)
  await seen(server.request('/api/v1/apikey/agent', { text: '', headers: { 'Content-Type': 'application/json' } }))
  const agent = await server.services.db
    .selectFrom('apiKeys')
    .select('expiredAt')
    .where('name', '=', 'agent')
    .executeTakeFirstOrThrow()
  expect(remaining(agent.expiredAt ?? '')).toBe(30)
})

test('an expired key gives no access, is listed until it is removed, and no other key is removed with it', async () => {
  const { key } = await make('/api/v2/apikey', 'expiring')
  expect((await server.request(ORG, { as: key })).status).toBe(200)
  vi.useFakeTimers({ toFake: ['Date'], now: Date.now() + 30 * DAY + 1000 })
  try {
    expect((await server.request(ORG, { as: key })).status).toBe(401)
    expect((await list()).map(({ name }: { name: string }) => name)).toContain('expiring')
  } finally {
    vi.useRealTimers()
  }
  const expired = { expiredAt: new Date(Date.now() - 1000).toISOString() }
  await server.services.db.updateTable('apiKeys').set(expired).where('expiredAt', 'is not', null).execute()
  await runHousekeeping(server.services)
  expect((await list()).map(({ name }: { name: string }) => name)).toEqual(['main'])
  expect((await server.request(ORG, { as: ADMIN_KEY })).status).toBe(200)
})
