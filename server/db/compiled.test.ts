import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { startTestServer, type TestServer } from '../../tests/support/testServer.ts'
import { compiled, compiledRow, eachOf } from './compiled.ts'

let server: TestServer
beforeAll(async () => {
  server = await startTestServer()
})
afterAll(() => server.close())

const setting = compiledRow<{ name: string }>()((db, arg) =>
  db.selectFrom('settings').selectAll().where('name', '=', arg('name')),
)
const settings = compiled<{ names: string }>()((db, arg) =>
  db
    .selectFrom('settings')
    .select('name')
    .where('name', 'in', eachOf(arg('names')))
    .orderBy('name'),
)
const insert = compiled<{ name: string; value: Uint8Array }>()((db, arg) =>
  db.insertInto('settings').values({ name: arg('name'), value: arg('value') }),
)
const value = Buffer.from('value')

describe('a compiled query', () => {
  test('takes new arguments each time', async () => {
    const { db } = server.services
    await insert(db, { name: 'first', value })
    await insert(db, { name: 'second', value })
    expect((await setting(db, { name: 'first' }))?.name).toBe('first')
    expect((await setting(db, { name: 'second' }))?.name).toBe('second')
    expect(await setting(db, { name: 'third' })).toBeUndefined()
    const names = JSON.stringify(['second', 'first', "it's none"])
    expect(await settings(db, { names })).toEqual([{ name: 'first' }, { name: 'second' }])
    expect(await settings(db, { names: '[]' })).toEqual([])
  })

  test('belongs to the transaction that it is given', async () => {
    const { db } = server.services
    const undone = db.transaction().execute(async (trx) => {
      await insert(trx, { name: 'undone', value })
      expect((await setting(trx, { name: 'undone' }))?.name).toBe('undone')
      throw new Error('changed my mind')
    })
    await expect(undone).rejects.toThrow('changed my mind')
    expect(await setting(db, { name: 'undone' })).toBeUndefined()
  })

  test('that writes passes the gate in front of a full disk', async () => {
    const closed = server.services.db.withPlugin({
      transformQuery: () => {
        throw new Error('closed')
      },
      transformResult: async ({ result }) => result,
    })
    expect((await setting(closed, { name: 'first' }))?.name).toBe('first')
    await expect(insert(closed, { name: 'fourth', value })).rejects.toThrow('closed')
    expect(await setting(server.services.db, { name: 'fourth' })).toBeUndefined()
  })
})
