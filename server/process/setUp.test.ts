import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { sql } from 'kysely'
import { expect, test } from 'vitest'
import { readConfig } from '../config.ts'
import { DataFolderError } from '../db/folderErrors.ts'
import { lockDatabase } from '../db/open.ts'
import { closeDatabase } from '../db/writeAheadLog.ts'
import { createLog } from '../log.ts'
import { MasterKeyError } from '../vault/masterKey.ts'
import { PASSWORD_COST } from '../vault/password.ts'
import { setUp } from './setUp.ts'

const key = (letter: string) => Buffer.alloc(32, letter).toString('base64')

const start = (dataDir: string, masterKey: string) =>
  setUp(readConfig({ DATA_DIR: dataDir, MASTER_KEY: masterKey, SAMPLE_DATA: 'off' }), createLog('silent'))

test('passwords have the real cost unless a test says otherwise', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'concord-setup-'))
  try {
    const { db, passwordCost } = await start(folder, key('a'))
    await closeDatabase(db)
    expect(passwordCost).toBe(PASSWORD_COST)
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
})

test('rejects a wrong master key before an upgrade changes the schema', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'concord-setup-'))
  try {
    const { db } = await start(join(folder, 'first'), key('a'))
    // A folder of an older version: the last migration is pending, and would fail on the existing tables.
    await sql`DELETE FROM kysely_migration WHERE name = (SELECT max(name) FROM kysely_migration)`.execute(db)
    await closeDatabase(db)
    // SQLite holds the lock for the whole process, so the second start gets a copy.
    cpSync(join(folder, 'first'), join(folder, 'second'), { recursive: true })
    await expect(start(join(folder, 'second'), key('b'))).rejects.toThrow(MasterKeyError)
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
})

test.each([
  ['a file in its place', 'file', 'cannot be created: a file is in the way'],
  ['a file in the way to it', 'file/folder', 'cannot be created: a file is in the way'],
  ['a file that is no database', 'damaged', 'is damaged, or not a database of this program'],
  ['the data of a newer version', 'newer', 'is of a newer version of this program (999_future is unknown here)'],
])('rejects %s with a sentence', async (_, name, words) => {
  const folder = mkdtempSync(join(tmpdir(), 'concord-setup-'))
  try {
    const dataDir = join(folder, name)
    writeFileSync(join(folder, 'file'), '')
    mkdirSync(join(folder, 'damaged'))
    writeFileSync(join(folder, 'damaged', 'concord.db'), 'no database at all '.repeat(1000))
    // SQLite holds the lock for the whole process, so the start gets a copy.
    const db = lockDatabase(join(folder, 'made'))
    await sql`CREATE TABLE settings (name TEXT, value BLOB)`.execute(db)
    await sql`CREATE TABLE kysely_migration (name TEXT, timestamp TEXT)`.execute(db)
    await sql`INSERT INTO kysely_migration VALUES ('999_future', '2099-01-01')`.execute(db)
    await closeDatabase(db)
    cpSync(join(folder, 'made'), join(folder, 'newer'), { recursive: true })
    const refused = await start(dataDir, key('a')).catch((error) => error)
    expect(refused).toBeInstanceOf(DataFolderError)
    expect(refused.message).toMatch(/^The [^\n]+\.$/)
    expect(refused.message).toContain(words)
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
})
