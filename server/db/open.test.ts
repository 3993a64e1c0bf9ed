import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type Kysely, type Migration, sql } from 'kysely'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { givenSecret } from '../../tests/support/secrets.ts'
import { givenOrg, startTestServer } from '../../tests/support/testServer.ts'
import { runHousekeeping } from '../process/housekeeping.ts'
import { DataFolderError } from './folderErrors.ts'
import { hasTable, lockDatabase, migrate } from './open.ts'
import { closeDatabase } from './writeAheadLog.ts'

let folder: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'concord-open-'))
})
afterEach(() => rmSync(folder, { recursive: true, force: true }))

/** Two tables, with something happening between them. */
const twoTables = (between: () => void): Record<string, Migration> => ({
  '001_two': {
    async up(db: Kysely<unknown>) {
      await sql`CREATE TABLE one (id TEXT)`.execute(db)
      between()
      await sql`CREATE TABLE two (id TEXT)`.execute(db)
    },
  },
})

test('a failed upgrade changes nothing, so the next one can succeed', async () => {
  const db = lockDatabase(folder)
  const failing = twoTables(() => {
    throw new Error('the disk is full')
  })
  await expect(migrate(db, failing)).rejects.toThrow('The database could not be brought up to date')
  expect(await hasTable(db, 'one')).toBe(false)
  await migrate(
    db,
    twoTables(() => {}),
  )
  expect(await hasTable(db, 'two')).toBe(true)
  await db.destroy()
})

test('a first start after a killed one succeeds', async () => {
  const killed = join(folder, 'killed')
  const db = lockDatabase(join(folder, 'running'))
  // A killed process leaves the files as they are at this moment.
  await migrate(
    db,
    twoTables(() => cpSync(join(folder, 'running'), killed, { recursive: true })),
  )
  await db.destroy()

  const next = lockDatabase(killed)
  await migrate(
    next,
    twoTables(() => {}),
  )
  expect(await hasTable(next, 'two')).toBe(true)
  await next.destroy()
})

test('leaves the data of a newer version unchanged', async () => {
  const db = lockDatabase(folder)
  await migrate(
    db,
    twoTables(() => {}),
  )
  const refusal = migrate(db, {})
  await expect(refusal).rejects.toThrow(DataFolderError)
  await expect(refusal).rejects.toThrow('The data is of a newer version of this program (001_two is unknown here).')
  await closeDatabase(db)
})

test('no part of a deleted value stays in the files', async () => {
  const server = await startTestServer()
  const { db } = server.services
  const files = () =>
    Buffer.concat(
      readdirSync(server.dataDir)
        .filter((name) => name.startsWith('concord.db'))
        .map((name) => readFileSync(join(server.dataDir, name))),
    )
  const org = await givenOrg(server, 'acme')
  const parts: Buffer[] = []
  // One value that shares its page with others, and one that fills many pages.
  for (const [name, bytes] of Object.entries({ small: 40, large: 100_000 })) {
    const { id } = await givenSecret(server, org, name, { value: Buffer.alloc(bytes, 'x') })
    await givenSecret(server, org, `beside-${name}`)
    const row = await db.selectFrom('secretValues').selectAll().where('secretId', '=', id).executeTakeFirstOrThrow()
    parts.push(Buffer.from(row.data).subarray(-32), Buffer.from(row.wrappedKey))
  }
  for (const part of parts) expect(files().includes(part)).toBe(true)

  for (const name of ['small', 'large']) {
    expect((await server.request(`/api/v1/org/acme/secret/${name}`, { method: 'DELETE' })).status).toBe(200)
  }
  await runHousekeeping(server.services)
  for (const part of parts) expect(files().includes(part)).toBe(false)
  await server.close()
})
