import { promiseHooks } from 'node:v8'
import { type Kysely, sql } from 'kysely'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { temporaryFolder } from '../../tests/support/serverProcess.ts'
import { nowFor, workFor } from '../waiting/person.ts'
import { lockDatabase } from './open.ts'
import type { Database } from './schema.ts'

const folder = temporaryFolder()
let db: Kysely<Database>
beforeAll(() => {
  db = lockDatabase(folder.path)
})
afterAll(async () => {
  await db.destroy()
  folder.remove()
})

const one = () => sql`SELECT 1`.execute(db)

/** Holds the connection with a transaction until it is released, so that others have to wait. */
async function heldConnection() {
  const end = deferred()
  const begun = deferred()
  const done = db.transaction().execute(() => {
    begun.resolve()
    return end.promise
  })
  await begun.promise
  return () => {
    end.resolve()
    return done
  }
}

function deferred() {
  let resolve = () => {}
  const promise = new Promise<void>((fulfil) => {
    resolve = fulfil
  })
  return { promise, resolve }
}

test('the number of wake-ups is linear in the length of the queue', async () => {
  const N = 20_000
  const release = await heldConnection()
  let wakeUps = 0
  const stop = promiseHooks.onBefore(() => {
    wakeUps++
  }) as () => void
  const all = Promise.all(Array.from({ length: N }, one))
  await release()
  await all
  stop()
  expect(wakeUps).toBeGreaterThan(N)
  expect(wakeUps).toBeLessThan(N * 30)
})

test('with 200 statements of A in the queue, a statement of B is next but one', async () => {
  const release = await heldConnection()
  const order: string[] = []
  const ask = (who: string) => workFor(who, () => one().then(() => order.push(who)))
  const all = [...Array.from({ length: 200 }, () => ask('A')), ask('B'), ask('A')]
  await release()
  await Promise.all(all)
  expect(order).toHaveLength(202)
  expect(order.indexOf('B')).toBeLessThanOrEqual(2)
})

test('serves the statements of one user in order', async () => {
  const release = await heldConnection()
  const order: number[] = []
  const all = Array.from({ length: 50 }, (_, i) => workFor('A', () => one().then(() => order.push(i))))
  await release()
  await Promise.all(all)
  expect(order).toEqual(Array.from({ length: 50 }, (_, i) => i))
})

test('a request waits in its user’s queue as soon as the user is known', async () => {
  const release = await heldConnection()
  const order: string[] = []
  const ask = (address: string, user: string) =>
    workFor(address, () => {
      nowFor(user)
      return one().then(() => order.push(user))
    })
  const all = [ask('10.0.0.1', 'A'), ask('10.0.0.2', 'A'), ask('10.0.0.3', 'A'), ask('10.0.0.1', 'B')]
  await release()
  await Promise.all(all)
  expect(order.indexOf('B')).toBe(1)
})

test('a failed statement and a rolled back transaction release the connection', async () => {
  await expect(sql`SELECT nonsense`.execute(db)).rejects.toThrow()
  await expect(
    db.transaction().execute(async (trx) => {
      await sql`SELECT 1`.execute(trx)
      throw new Error('changed my mind')
    }),
  ).rejects.toThrow('changed my mind')
  await expect(one()).resolves.toMatchObject({ rows: [{ 1: 1 }] })
})

test('thousands of statements in a row do not block the event loop', async () => {
  let turns = 0
  let running = true
  const turn = () => {
    turns++
    if (running) setImmediate(turn)
  }
  setImmediate(turn)
  const began = performance.now()
  await db.transaction().execute(async (trx) => {
    while (performance.now() - began < 300) await sql`SELECT 1`.execute(trx)
  })
  const inTransaction = turns
  expect(inTransaction).toBeGreaterThan(3)
  await Promise.all(Array.from({ length: 30_000 }, one))
  running = false
  expect(turns).toBeGreaterThan(inTransaction)
})
