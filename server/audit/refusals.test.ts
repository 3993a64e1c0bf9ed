import { sql } from 'kysely'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { givenUser, startTestServer, type TestServer } from '../../tests/support/testServer.ts'
import type { Sender } from '../actor.ts'
import type { UserRow } from '../db/schema.ts'
import { newId } from '../ids.ts'
import { Refusals } from './refusals.ts'

const MINUTE = 60_000

let server: TestServer
let refusals: Refusals
let now = 0

beforeEach(async () => {
  server = await startTestServer({ LOG_LEVEL: 'silent' })
  refusals = new Refusals(server.services.db, server.services.log, () => now)
})
afterEach(async () => {
  await refusals.close()
  await server.close()
})

/** The sender of a request from an address. */
function sent(address: string, userId?: string): Sender {
  const user = { id: userId } as UserRow
  return {
    who: userId === undefined ? undefined : { realm: 'apikey', user, roles: new Set() },
    request: { id: newId(), address, channel: 'API_REQUEST', userAgent: null, signal: new AbortController().signal },
  }
}

async function written() {
  await refusals.flush()
  const rows = await server.services.db.selectFrom('auditLog').selectAll().where('event', 'is not', null).execute()
  return rows.map(({ details, userId }) => ({ userId, ...JSON.parse(details) }))
}
const countOf = (rows: { count?: number }[]) => rows.reduce((sum, { count = 1 }) => sum + count, 0)

test('a stranger gets a few rows; the rest is one row with a count', async () => {
  for (let i = 0; i < 500; i++) refusals.note(sent('10.0.0.1'), 'sign-in-refused', { way: 'password' })
  expect(await written()).toHaveLength(10)
  refusals.summarize()
  const rows = await written()
  expect(rows).toHaveLength(11)
  expect(rows.at(-1)).toMatchObject({ event: 'sign-in-refused', count: 490, requestIp: '10.0.0.1' })
})

test('limits the rows of many strangers, and counts all the others', async () => {
  let noted = 0
  for (let minute = 0; minute < 10; minute++) {
    for (let i = 0; i < 3000; i++, noted++) {
      const address = `10.${minute}.${i % 250}.${Math.floor(i / 250)}`
      refusals.note(sent(address), i % 2 ? 'denied' : 'sign-in-refused', {})
    }
    now += MINUTE
    refusals.summarize()
  }
  const rows = await written()
  expect(countOf(rows)).toBe(noted)
  // 100 to begin with, 10 a minute, and one row of the rest for each of the two events.
  expect(rows.length).toBeLessThanOrEqual(100 + 10 * 10 + 10 * 2)
})

test('every 403 of a user is in the log, at least as a count', async () => {
  const { id } = await givenUser(server, 'mallory')
  for (let i = 0; i < 1000; i++) refusals.note(sent('10.0.0.1', id), 'denied', { method: 'DELETE' })
  refusals.summarize()
  const rows = (await written()).filter(({ userId }) => userId === id)
  expect(rows).toHaveLength(61)
  expect(countOf(rows)).toBe(1000)
  expect(rows.at(-1)).toMatchObject({ event: 'denied', count: 940 })
})

test('writes later, or counts, what cannot be written now', async () => {
  const { db } = server.services
  await sql`PRAGMA query_only = 1`.execute(db)
  let noted = 0
  for (let user = 0; user < 30; user++) {
    const id = newId()
    for (let i = 0; i < 60; i++, noted++) refusals.note(sent('10.0.0.1', id), 'denied', {})
    expect(await written()).toEqual([])
  }
  await sql`PRAGMA query_only = 0`.execute(db)
  refusals.summarize()
  expect(countOf(await written())).toBe(noted)
})

test('closing also writes the counts', async () => {
  for (let i = 0; i < 50; i++) refusals.note(sent('10.0.0.1'), 'denied', {})
  await refusals.close()
  expect(countOf(await written())).toBe(50)
})

test('a refused request gets its response even if its row cannot be written', async () => {
  const { db } = server.services
  await sql`PRAGMA query_only = 1`.execute(db)
  const refused = await server.request('/api/v1/org', { as: 'bm90LWEta2V5LWF0LWFsbA' })
  expect(refused.status).toBe(401)
  await server.services.refusals.flush()
  await sql`PRAGMA query_only = 0`.execute(db)
  const answer = await server.request('/api/x/v1/audit?event=sign-in-refused')
  expect(await answer.json()).toMatchObject([{ details: { way: 'api-key', reason: 'unknown' } }])
})
