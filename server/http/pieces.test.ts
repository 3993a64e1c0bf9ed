import { once } from 'node:events'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { getRequestListener } from '@hono/node-server'
import { Hono } from 'hono'
import { afterEach, expect, test, vi } from 'vitest'
import { createLog } from '../log.ts'
import type { Env } from './call.ts'
import { jsonInPieces } from './pieces.ts'

const servers: Server[] = []
afterEach(() => {
  for (const server of servers.splice(0)) server.close()
})

const PIECE = Buffer.alloc(100_000, ' ')
const lines: string[] = []
const log = createLog('error', (line) => lines.push(line))

/** A real server, because these tests check the bytes on the wire. */
async function serve(pieces: () => AsyncGenerator<Uint8Array>) {
  const app = new Hono<Env>()
  app.get('/', (c) => jsonInPieces({ log }, c, pieces()))
  const server = createServer(getRequestListener(app.fetch)).listen(0, '127.0.0.1')
  await once(server, 'listening')
  servers.push(server)
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}/`
}

test('a small response has a length, a large one is chunked', async () => {
  const arrayOf = (pieces: number) =>
    serve(async function* () {
      yield Buffer.from('[')
      for (let i = 0; i < pieces; i++) yield PIECE
      yield Buffer.from('1]')
    })
  const small = await fetch(await arrayOf(0))
  expect([small.headers.get('content-length'), small.headers.get('content-type')]).toEqual(['3', 'application/json'])
  expect(await small.json()).toEqual([1])
  const large = await fetch(await arrayOf(30))
  expect(large.headers.get('content-length')).toBeNull()
  expect(await large.json()).toEqual([1])
})

test('a response that fails in the middle is incomplete, and the log says so without the message', async () => {
  const address = await serve(async function* () {
    for (let i = 0; i < 30; i++) yield PIECE
    throw Object.assign(new Error('something private'), { code: 'SQLITE_IOERR' })
  })
  await expect(fetch(address).then((response) => response.text())).rejects.toThrow('terminated')
  expect(lines.join()).toMatch(/a response was cut off .*"code":"SQLITE_IOERR"/)
  expect(lines.join()).not.toContain('private')
})

test('generates nothing for a client that has disconnected', async () => {
  let made = 0
  let ended = false
  const address = await serve(async function* () {
    try {
      for (; made < 10_000; made++) yield PIECE
    } finally {
      ended = true
    }
  })
  const leaving = new AbortController()
  const response = await fetch(address, { signal: leaving.signal })
  await response.body?.getReader().read()
  leaving.abort()
  await vi.waitFor(() => expect(ended).toBe(true))
  expect(made).toBeLessThan(1000)
})
