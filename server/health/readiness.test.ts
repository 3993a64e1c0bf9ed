import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { type KyselyPlugin, sql } from 'kysely'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { startTestServer, type TestServer } from '../../tests/support/testServer.ts'
import { createApp } from '../app.ts'
import { createGateway } from '../gateway/gateway.ts'
import { createLog } from '../log.ts'

const LIVE = '/api/x/live'
const READY = '/api/x/ready'
const OK = { ready: true, reasons: [] }
const not = (...reasons: string[]) => ({ ready: false, reasons })

describe('our own server', () => {
  let server: TestServer
  beforeEach(async () => {
    server = await startTestServer({ LOG_LEVEL: 'silent' })
  })
  afterEach(() => server.close())

  const ask = async (path: string) => {
    const answer = await server.request(path, { as: '' })
    return [answer.status, await answer.json()]
  }

  test('is ready, without credentials, if it can write and its key matches', async () => {
    expect(await ask(LIVE)).toEqual([200, { live: true }])
    expect(await ask(READY)).toEqual([200, OK])
    expect((await server.request(READY, { as: '', method: 'HEAD' })).status).toBe(200)
  })

  test('is live but not ready with a database that rejects writes', async () => {
    const { db } = server.services
    await sql`PRAGMA query_only = 1`.execute(db)
    expect(await ask(READY)).toEqual([503, not('the database is read-only')])
    expect(await ask(LIVE)).toEqual([200, { live: true }])
    await sql`PRAGMA query_only = 0`.execute(db)
    // The result is cached for a second, so that many requests cannot keep the server busy.
    expect((await ask(READY))[0]).toBe(503)
    await vi.waitFor(async () => expect(await ask(READY)).toEqual([200, OK]), 3000)
  })

  test('is not ready with a master key that does not match', async () => {
    const value = Buffer.from('of another key')
    await server.services.db.updateTable('settings').set({ value }).where('name', '=', 'masterKeyCheck').execute()
    expect(await ask(READY)).toEqual([503, not('the master key does not match the data')])
  })

  test('is not ready while the database does not respond', async () => {
    let goOn = () => {}
    const held = server.services.db.transaction().execute(async () => {
      await new Promise<void>((resolve) => {
        goOn = resolve
      })
    })
    expect(await ask(READY)).toEqual([503, not('the database does not respond')])
    goOn()
    await held
  })

  test('checks once for concurrent requests, and writes once in ten seconds', async () => {
    let queries = 0
    const counting: KyselyPlugin = {
      transformQuery: ({ node }) => {
        queries++
        return node
      },
      transformResult: async ({ result }) => result,
    }
    const app = createApp({ ...server.services, db: server.services.db.withPlugin(counting) })
    await Promise.all(Array.from({ length: 100 }, () => app.request(READY)))
    expect(queries).toBe(2)
    const now = performance.now()
    const later = vi.spyOn(performance, 'now').mockImplementation(() => now + 1050)
    await app.request(READY)
    later.mockRestore()
    expect(queries).toBe(3)
  })
})

test('a gateway is live by itself, and ready while Concord works', async () => {
  const servers: Server[] = []
  const listening = async (server: Server) => {
    servers.push(server)
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    return `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  }
  const gatewayTo = (concord: string) =>
    listening(createServer(createGateway(new URL(concord), createLog('silent'), undefined)))
  const ask = async (url: string) => {
    const answer = await fetch(url)
    return [answer.status, await answer.json()]
  }
  let status = 200
  const asked: (string | undefined)[] = []
  const concord = await listening(
    createServer((request, response) => {
      asked.push(request.url)
      response.writeHead(status).end('{"ok":true}')
    }),
  )
  const works = await gatewayTo(concord)
  expect(await ask(works + LIVE)).toEqual([200, { live: true }])
  expect(asked).toEqual([])
  expect(await ask(works + READY)).toEqual([200, OK])
  expect(await ask(works + READY)).toEqual([200, OK])
  expect(asked).toEqual(['/api/v1/server/ping'])

  status = 500
  expect(await ask((await gatewayTo(concord)) + READY)).toEqual([503, not('the ping of Concord failed')])
  await new Promise((resolve) => servers[0]?.close(resolve))
  expect(await ask((await gatewayTo(concord)) + READY)).toEqual([503, not('Concord is unreachable')])
  for (const server of servers) {
    server.closeAllConnections()
    server.close()
  }
})
