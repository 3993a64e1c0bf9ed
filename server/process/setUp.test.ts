import { cpSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { sql } from 'kysely'
import { expect, test } from 'vitest'
import { readConfig } from '../config.ts'
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
