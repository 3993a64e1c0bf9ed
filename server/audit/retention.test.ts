import type { KyselyPlugin } from 'kysely'
import { expect, test } from 'vitest'
import { startTestServer, type TestServer } from '../../tests/support/testServer.ts'
import { readConfig } from '../config.ts'
import { runHousekeeping } from '../process/housekeeping.ts'
import { BATCH, removeOldEntries } from './retention.ts'

const DAY = 86_400_000

const entry = (age: number, action: string) => ({
  ...{ entryDate: new Date(Date.now() - age).toISOString(), userId: null, object: 'SYSTEM', action, details: '{}' },
})

/** Entries that are a minute too old, in multiples of 500. */
async function givenOldEntries({ services: { db } }: TestServer, times: number) {
  for (let i = 0; i < times; i++) {
    const many = Array.from({ length: 500 }, () => entry(7 * DAY + 60_000, 'DELETE'))
    await db.insertInto('auditLog').values(many).execute()
  }
}

test('keeps entries for a year, or as long as configured', () => {
  const ageWith = (AUDIT_MAX_AGE?: string) => readConfig({ AUDIT_MAX_AGE }).auditMaxAge
  expect(ageWith()).toBe(365 * DAY)
  expect(ageWith('7 days')).toBe(7 * DAY)
  expect(() => ageWith('a week')).toThrow('AUDIT_MAX_AGE must be a length of time such as "365 days"')
})

test('removes all older entries and nothing else', async () => {
  const server = await startTestServer({ AUDIT_MAX_AGE: '7 days' })
  const { db } = server.services
  await givenOldEntries(server, 3)
  await db
    .insertInto('auditLog')
    .values([entry(7 * DAY - 60_000, 'UPDATE'), entry(0, 'CREATE')])
    .execute()
  await runHousekeeping(server.services)
  const left = await db.selectFrom('auditLog').selectAll().orderBy('seq').execute()
  expect(left.map(({ action, event }) => event ?? action)).toEqual(['UPDATE', 'CREATE', 'audit-archived'])
  expect(JSON.parse(left[2]?.details ?? '')).toMatchObject({ entries: 1500, files: [expect.any(String)] })
  await server.close()
})

test('works in slices with other requests in between, and ends early when the server stops', async () => {
  const server = await startTestServer({ AUDIT_MAX_AGE: '7 days' })
  const { db, config } = server.services
  await givenOldEntries(server, 5)
  const slices: number[] = []
  const stopping = new AbortController()
  const counting: KyselyPlugin = {
    transformQuery: ({ node }) => node,
    async transformResult({ result }) {
      // Only the statements that remove a slice, not the reads and writes around them.
      if (Number(result.numAffectedRows) === BATCH) slices.push(BATCH)
      if (slices.length === 3) stopping.abort()
      return result
    },
  }
  let others = 0
  const asking = setInterval(() => others++, 1)
  await removeOldEntries(db.withPlugin(counting), config, stopping.signal)
  clearInterval(asking)
  expect(slices).toEqual([BATCH, BATCH, BATCH])
  expect(others).toBeGreaterThan(1)
  const left = await db
    .selectFrom('auditLog')
    .select(({ fn }) => fn.countAll<number>().as('rows'))
    .where('event', 'is', null)
    .executeTakeFirst()
  expect(left?.rows).toBe(5 * 500 - 3 * BATCH)
  await server.close()
})
