import { appendFileSync, existsSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { gunzipSync } from 'node:zlib'
import { sql } from 'kysely'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { startTestServer, type TestServer } from '../../tests/support/testServer.ts'
import { runHousekeeping } from '../process/housekeeping.ts'
import { archive } from './archive.ts'
import { removeOldEntries } from './retention.ts'

const DAY = 86_400_000

let server: TestServer
beforeEach(async () => {
  server = await startTestServer({ AUDIT_MAX_AGE: '7 days', LOG_LEVEL: 'silent' })
})
afterEach(() => server.close())

async function givenOldEntries(many: number) {
  const entryDate = new Date(Date.now() - 8 * DAY).toISOString()
  const details = JSON.stringify({ name: 'old', changes: { new: { name: 'é\n' } } })
  const row = { entryDate, userId: 'somebody', object: 'SECRET', action: 'CREATE', details }
  await server.services.db
    .insertInto('auditLog')
    .values(Array.from({ length: many }, () => row))
    .execute()
  const rows = await server.services.db.selectFrom('auditLog').selectAll().orderBy('seq').execute()
  return rows.filter((entry) => entry.entryDate === entryDate)
}
const files = () => readdirSync(server.dataDir).filter((name) => name.startsWith('audit-archive'))
const pathOf = (file: string) => join(server.dataDir, file)
const linesOf = (file: string) =>
  gunzipSync(readFileSync(pathOf(file)))
    .toString()
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line))
const seqsIn = (list: string[]) => list.flatMap((file) => linesOf(file).map(({ seq }) => seq))
const removeOld = () => removeOldEntries(server.services.db, server.services.config)

test('archives removed entries: each once, unchanged, readable by the owner only', async () => {
  const entries = await givenOldEntries(700)
  await runHousekeeping(server.services)
  expect(files()).toEqual([`audit-archive-${new Date().toISOString().slice(0, 10)}.jsonl.gz`])
  const [file = ''] = files()
  expect(linesOf(file)).toEqual(entries.map((entry) => ({ ...entry, details: JSON.parse(entry.details) })))
  expect(statSync(pathOf(file)).mode & 0o777).toBe(0o600)

  const more = await givenOldEntries(3)
  await removeOld()
  expect(files()).toEqual([file])
  expect(seqsIn([file])).toEqual([...entries, ...more].map(({ seq }) => seq))
})

test('AUDIT_ARCHIVE=off writes none', async () => {
  await givenOldEntries(3)
  await removeOldEntries(server.services.db, { ...server.services.config, auditArchive: false })
  expect(files()).toEqual([])
  expect(await server.services.db.selectFrom('auditLog').select('action').execute()).toEqual([{ action: 'DELETE' }])
})

test('after a crash before the rows are deleted, they are in the next file too; a crash while writing damages no other slice', async () => {
  const { db } = server.services
  const entries = await givenOldEntries(5)
  await removeOld()
  const [first = ''] = files()
  const whole = statSync(pathOf(first)).size

  // The rows of this slice are in the file, but also still in the database.
  const lost = await givenOldEntries(4)
  await sql`CREATE TRIGGER keep BEFORE DELETE ON auditLog BEGIN SELECT RAISE(ABORT, 'as if the power went'); END`.execute(
    db,
  )
  await expect(archive(db, server.dataDir, [...lost])).rejects.toThrow()
  await sql`DROP TRIGGER keep`.execute(db)
  expect(statSync(pathOf(first)).size).toBeGreaterThan(whole)
  // And this one is torn.
  appendFileSync(pathOf(first), Buffer.from([0x1f, 0x8b, 8, 0]))

  await removeOld()
  const [, second = ''] = files().sort((a, b) => a.length - b.length)
  expect(second).toBe(first.replace('.jsonl', '.2.jsonl'))
  expect(seqsIn([second])).toEqual(lost.map(({ seq }) => seq))
  const intact = gunzipSync(readFileSync(pathOf(first)).subarray(0, whole)).toString()
  expect(intact.trimEnd().split('\n')).toHaveLength(entries.length)
})

test('does not touch a file that somebody else has put there', async () => {
  const name = `audit-archive-${new Date().toISOString().slice(0, 10)}.jsonl.gz`
  writeFileSync(pathOf(name), 'of a restored folder')
  await givenOldEntries(2)
  await removeOld()
  expect(readFileSync(pathOf(name), 'utf8')).toBe('of a restored folder')
  expect(seqsIn([name.replace('.jsonl', '.2.jsonl')])).toHaveLength(2)
})

test('removes nothing that cannot be archived', async () => {
  const entries = await givenOldEntries(3)
  const settings = { ...server.services.config, dataDir: join(server.dataDir, 'gone') }
  await expect(removeOldEntries(server.services.db, settings)).rejects.toThrow()
  expect(existsSync(settings.dataDir)).toBe(false)
  expect(await server.services.db.selectFrom('auditLog').selectAll().execute()).toEqual(entries)
})
