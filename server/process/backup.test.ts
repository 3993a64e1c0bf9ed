import { copyFileSync, existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { sql } from 'kysely'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { givenSecret } from '../../tests/support/secrets.ts'
import { longestStandstill } from '../../tests/support/standstill.ts'
import { givenOrg, startTestServer, type TestServer } from '../../tests/support/testServer.ts'
import { type Db, lockDatabase, openDatabase } from '../db/open.ts'
import { closeDatabase, foldLog } from '../db/writeAheadLog.ts'
import { backUp } from './backup.ts'
import { runHousekeeping } from './housekeeping.ts'

let server: TestServer
let db: Db
let folder: string
let file: string
beforeEach(async () => {
  server = await startTestServer()
  db = server.services.db
  folder = mkdtempSync(join(tmpdir(), 'concord-backup-'))
  file = join(folder, 'copy.db')
})
afterEach(async () => {
  await server.close()
  rmSync(folder, { recursive: true, force: true })
})

/** Fills the database up to this size. */
const givenMegabytes = (megabytes: number) =>
  sql`WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ${megabytes})
    INSERT INTO settings (name, value) SELECT 'filler-' || i, randomblob(1000000) FROM n`.execute(db)

/** Inserts two numbered rows in one transaction. */
const writePair = (i: number) =>
  db.transaction().execute(async (trx) => {
    const value = Buffer.from('x')
    await trx
      .insertInto('settings')
      .values({ name: `left-${i}`, value })
      .execute()
    await trx
      .insertInto('settings')
      .values({ name: `right-${i}`, value })
      .execute()
  })

async function numbersIn(copy: Db, side: 'left' | 'right') {
  const rows = await copy.selectFrom('settings').select('name').where('name', 'like', `${side}-%`).execute()
  return rows.map(({ name }) => Number(name.split('-')[1])).sort((a, b) => a - b)
}

/** Opens the backup as a restored server would. */
async function restored<T>(look: (copy: Db) => Promise<T>): Promise<T> {
  const dataDir = join(folder, 'restored')
  mkdirSync(dataDir)
  copyFileSync(file, join(dataDir, 'concord.db'))
  const copy = await openDatabase(dataDir)
  try {
    const { rows } = await sql<{ integrity_check: string }>`PRAGMA integrity_check`.execute(copy)
    expect(rows).toEqual([{ integrity_check: 'ok' }])
    return await look(copy)
  } finally {
    await closeDatabase(copy)
  }
}

/** Resolves when a backup is being written. */
const begun = () =>
  vi.waitFor(() => expect(existsSync(`${file}.unfinished`)).toBe(true), { interval: 1, timeout: 10_000 })

test('reads and writes continue during a backup, which is a snapshot', async () => {
  await givenMegabytes(60)
  for (let i = 0; i < 5; i++) await writePair(i)
  let done = false
  let pings = 0
  let written = 4
  const ask = async () => {
    while (!done) {
      expect((await server.request('/api/v1/server/ping', { as: '' })).status).toBe(200)
      pings++
      await new Promise(setImmediate)
    }
  }
  const write = async () => {
    while (!done) {
      await writePair(written + 1)
      written++
      // Enough for an automatic checkpoint, if it were not turned off.
      await db
        .updateTable('settings')
        .set({ value: Buffer.alloc(500_000, written) })
        .where('name', '=', 'filler-1')
        .execute()
      await foldLog(db)
      await new Promise(setImmediate)
    }
  }
  const standstill = await longestStandstill(async () => {
    const others = [ask(), write()]
    const { bytes } = await backUp(db, { file })
    done = true
    await Promise.all(others)
    expect(bytes).toBeGreaterThan(60_000_000)
  })
  expect(standstill).toBeLessThan(150)
  expect(pings).toBeGreaterThan(5)
  expect(written).toBeGreaterThan(5)
  expect(existsSync(`${file}.unfinished`)).toBe(false)

  const { left, right } = await restored(async (copy) => ({
    left: await numbersIn(copy, 'left'),
    right: await numbersIn(copy, 'right'),
  }))
  expect(left).toEqual(right)
  expect(left).toEqual(Array.from({ length: left.length }, (_, i) => i))
  expect(left.length).toBeGreaterThanOrEqual(5)
  expect(left.length).toBeLessThan(written)

  // And nothing is left behind.
  const { rows } = await sql<object>`PRAGMA wal_autocheckpoint`.execute(db)
  expect(rows.map((row) => Object.values(row)[0])).toEqual([1000])
  expect(await numbersIn(db, 'right')).toHaveLength(written + 1)
}, 30_000)

test('a backup contains no part of a deleted value', async () => {
  const org = await givenOrg(server, 'acme')
  const { id } = await givenSecret(server, org, 'deleted', { value: Buffer.alloc(50_000, 'x') })
  const row = await db.selectFrom('secretValues').selectAll().where('secretId', '=', id).executeTakeFirstOrThrow()
  await runHousekeeping(server.services)
  expect((await server.request('/api/v1/org/acme/secret/deleted', { method: 'DELETE' })).status).toBe(200)
  await backUp(db, { file })
  const copy = readFileSync(file)
  for (const part of [Buffer.from(row.data).subarray(-32), Buffer.from(row.wrappedKey)]) {
    expect(copy.includes(part)).toBe(false)
  }
})

test('a backup is a single file that other programs can open, and only one can run at a time', async () => {
  await givenMegabytes(20)
  const first = backUp(db, { file })
  await begun()
  const other = join(folder, 'other.db')
  await expect(backUp(db, { file: other })).rejects.toThrow('Another backup is being written. Wait until it is done.')
  await first
  expect(readdirSync(folder)).toEqual(['copy.db'])
  // The format versions that mean no write-ahead log.
  expect([...readFileSync(file).subarray(18, 20)]).toEqual([1, 1])
  await backUp(db, { file: other })
  expect(readFileSync(other).equals(readFileSync(file))).toBe(true)
})

test('a server that stops in the middle leaves no backup behind', async () => {
  await givenMegabytes(50)
  const dataDir = join(folder, 'stopping')
  mkdirSync(dataDir)
  await backUp(db, { file: join(dataDir, 'concord.db') })
  const stopping = lockDatabase(dataDir)
  const started = backUp(stopping, { file })
  const outcome = expect(started).rejects.toThrow('The database was closed')
  await begun()
  await closeDatabase(stopping)
  await outcome
  expect(readdirSync(folder)).toEqual(['stopping'])
})

test('a backup without space fails with a message and leaves nothing behind', async () => {
  await expect(backUp(db, { file: join(folder, 'missing', 'copy.db') })).rejects.toThrow('could not be written: ENOENT')
  await expect(backUp(db, { file: 'copy.db' })).rejects.toThrow('must be an absolute path')
  await backUp(db, { file })
  await expect(backUp(db, { file })).rejects.toThrow('already exists; a backup never overwrites a file')
})
