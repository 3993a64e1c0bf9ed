import { expect, test } from 'vitest'
import { readConfig } from '../config.ts'
import { keepHouse } from '../housekeeping.ts'
import { startTestServer } from '../testing.ts'

const DAY = 86_400_000

test('entries live for a year, or for as long as the setting says', () => {
  const ageWith = (AUDIT_MAX_AGE?: string) => readConfig({ AUDIT_MAX_AGE }).auditMaxAge
  expect(ageWith()).toBe(365 * DAY)
  expect(ageWith('7 days')).toBe(7 * DAY)
  expect(() => ageWith('a week')).toThrow('AUDIT_MAX_AGE must be a length of time such as "365 days"')
})

test('what is older is removed, however much that is, and nothing else', async () => {
  const server = await startTestServer({ AUDIT_MAX_AGE: '7 days' })
  const { db } = server.services
  const entry = (age: number, action: string) => ({
    ...{ entryDate: new Date(Date.now() - age).toISOString(), userId: null, object: 'SYSTEM', action, details: '{}' },
  })
  for (let i = 0; i < 11; i++) {
    const many = Array.from({ length: 500 }, () => entry(7 * DAY + 60_000, 'DELETE'))
    await db.insertInto('auditLog').values(many).execute()
  }
  await db
    .insertInto('auditLog')
    .values([entry(7 * DAY - 60_000, 'UPDATE'), entry(0, 'CREATE')])
    .execute()
  await keepHouse(server.services)
  const left = await db.selectFrom('auditLog').select('action').orderBy('seq').execute()
  expect(left.map(({ action }) => action)).toEqual(['UPDATE', 'CREATE'])
  await server.close()
})
