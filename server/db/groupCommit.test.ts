import { sql, type Transaction } from 'kysely'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { temporaryFolder } from '../../tests/support/serverProcess.ts'
import { workFor } from '../waiting/person.ts'
import { type Db, lockDatabase } from './open.ts'
import type { Database } from './schema.ts'
import { Statements } from './statements.ts'

let folder: ReturnType<typeof temporaryFolder>
let db: Db
beforeEach(async () => {
  folder = temporaryFolder()
  db = lockDatabase(folder.path)
  await sql`CREATE TABLE notes (name TEXT PRIMARY KEY, parent TEXT REFERENCES notes DEFERRABLE INITIALLY DEFERRED)`.execute(
    db,
  )
})
afterEach(async () => {
  await db.destroy()
  folder.remove()
})

const insert = (name: string, on: Db | Transaction<Database> = db) =>
  sql`INSERT INTO notes (name) VALUES (${name})`.execute(on)
/** SQLite notices only at the end that there is no such parent: then the COMMIT fails. */
const insertOrphan = (name: string) => sql`INSERT INTO notes VALUES (${name}, 'nobody')`.execute(db)
const names = async () =>
  (await sql<{ name: string }>`SELECT name FROM notes ORDER BY rowid`.execute(db)).rows.map(({ name }) => name)

async function commitsDuring(work: () => Promise<unknown>) {
  const run = vi.spyOn(Statements.prototype, 'run')
  await work()
  const commits = run.mock.calls.filter(([{ sql }]) => sql === 'COMMIT').length
  run.mockRestore()
  return commits
}

const numbered = (n: number) => Array.from({ length: n }, (_, i) => `note-${i}`)

test('writes that arrive together share a commit', async () => {
  const commits = await commitsDuring(() =>
    Promise.all(
      numbered(100).map((name, i) => (i % 2 ? insert(name) : db.transaction().execute((trx) => insert(name, trx)))),
    ),
  )
  // One, unless the machine is so slow that it takes more than its time.
  expect(commits).toBeLessThan(30)
  expect(await names()).toHaveLength(100)
})

test('a batch has a limited size, and reads do not wait for the next one', async () => {
  const done: string[] = []
  const writes = numbered(1_000).map((name) => insert(name).then(() => done.push(name)))
  const read = new Promise<number>((resolve) => setImmediate(() => names().then(() => resolve(done.length))))
  expect(await commitsDuring(() => Promise.all(writes))).toBeGreaterThanOrEqual(7)
  expect(await read).toBeLessThan(1_000)
})

test('the writes of one user keep their order, and users take turns', async () => {
  const ask = (who: string, name: string) => workFor(who, () => insert(name))
  await Promise.all([
    ...numbered(5).map((name) => ask('A', `A-${name}`)),
    ...numbered(2).map((name) => ask('B', `B-${name}`)),
  ])
  expect(await names()).toEqual([
    ...['A-note-0', 'B-note-0', 'A-note-1', 'B-note-1', 'A-note-2', 'A-note-3', 'A-note-4'],
  ])
})

describe('a write that fails', () => {
  test('does not take its neighbours with it', async () => {
    await insert('taken')
    const results = await Promise.allSettled([
      insert('before'),
      insert('taken'),
      db.transaction().execute(async (trx) => {
        await insert('undone', trx)
        await insert('taken', trx)
      }),
      db.transaction().execute(async (trx) => {
        await insert('undone, too', trx)
        throw new Error('changed my mind')
      }),
      insert('after'),
    ])
    expect(results.map((each) => (each.status === 'rejected' ? each.reason.message : 'done'))).toEqual([
      ...['done', 'UNIQUE constraint failed: notes.name', 'UNIQUE constraint failed: notes.name'],
      ...['changed my mind', 'done'],
    ])
    expect(await names()).toEqual(['taken', 'before', 'after'])
  })

  test('in a transaction that goes on does not undo what was before it', async () => {
    await insert('taken')
    await db.transaction().execute(async (trx) => {
      await insert('first', trx)
      await insert('taken', trx).catch(() => {})
      await insert('second', trx)
    })
    expect(await names()).toEqual(['taken', 'first', 'second'])
  })
})

describe('if the commit fails', () => {
  test('all fail with its error, also those that were undone because of a row of another', async () => {
    const results = await Promise.allSettled([
      insert('before'),
      insertOrphan('orphan'),
      insert('before'),
      db.transaction().execute((trx) => insert('after', trx)),
      db.transaction().execute(async (trx) => {
        const { rows } = await sql`SELECT 1 FROM notes WHERE name = 'before'`.execute(trx)
        if (rows.length > 0) throw new Error('exists already')
      }),
    ])
    expect(new Set(results.map((each) => each.status === 'rejected' && each.reason.code))).toEqual(
      new Set(['SQLITE_CONSTRAINT_FOREIGNKEY']),
    )
    expect(await names()).toEqual([])
    await insert('later')
    expect(await names()).toEqual(['later'])
  })

  test('nobody has read what was undone', async () => {
    let seen: Promise<string[]> | undefined
    const transaction = db.transaction().execute(async (trx) => {
      await insert('uncommitted', trx)
      seen = names()
      await sql`INSERT INTO notes VALUES ('orphan', 'nobody')`.execute(trx)
    })
    await expect(transaction).rejects.toMatchObject({ code: 'SQLITE_CONSTRAINT_FOREIGNKEY' })
    expect(await seen).toEqual([])
  })
})

test('what is answered before a disk is full is kept, and the rest is not', async () => {
  const { rows } = await sql<{ page_count: number }>`PRAGMA page_count`.execute(db)
  await sql`PRAGMA max_page_count = ${sql.lit((rows[0]?.page_count ?? 0) + 40)}`.execute(db)
  const big = 'x'.repeat(10_000)
  const all = numbered(200)
  const results = await Promise.allSettled(
    all.map((name) => db.transaction().execute((trx) => insert(`${name} ${big}`, trx))),
  )
  const codes = new Set(results.map((each) => (each.status === 'rejected' ? each.reason.code : 'done')))
  expect([...codes].sort()).toEqual(['SQLITE_FULL', 'done'])
  const kept = all.filter((_, i) => results[i]?.status === 'fulfilled')
  expect((await names()).map((name) => name.split(' ')[0])).toEqual(kept)
})
