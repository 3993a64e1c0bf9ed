// @vitest-environment node
import { once } from 'node:events'
import { createServer, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { http } from './http.ts'
import { markReachable, unreachable } from './unreachable.ts'

/** A server that sends what the test says. */
const server = createServer()

beforeEach(async () => {
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  const { fetch } = globalThis
  vi.stubGlobal('fetch', (path: string, init: RequestInit) => fetch(`http://127.0.0.1:${port}${path}`, init))
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
})

afterEach(async () => {
  vi.useRealTimers()
  vi.unstubAllGlobals()
  unreachable.set(undefined)
  markReachable()
  server.closeAllConnections()
  server.close()
  await once(server, 'close')
})

const nextResponse = async () => (await once(server, 'request'))[1] as ServerResponse

/** Sends a piece and resolves when it has arrived. */
async function drip(response: ServerResponse, piece: string, onProgress: ReturnType<typeof vi.fn>) {
  const before = onProgress.mock.calls.length
  response.write(piece)
  await vi.waitUntil(() => onProgress.mock.calls.length > before)
}

test('reads a body to its end however long it takes, as long as bytes come', async () => {
  const onProgress = vi.fn()
  const answer = http.get('/api', { onProgress, partOfChange: true })
  const response = await nextResponse()
  await drip(response, '["a"', onProgress)
  for (const letter of 'bcdef') {
    await vi.advanceTimersByTimeAsync(25_000)
    await drip(response, `,"${letter}"`, onProgress)
  }
  response.end(']')
  await expect(answer).resolves.toEqual(['a', 'b', 'c', 'd', 'e', 'f'])
  expect(onProgress.mock.calls.map(([bytes]) => bytes).slice(0, 2)).toEqual([4, 8])
  expect(unreachable.get()).toBeUndefined()
})

test('gives up a body that stops', async () => {
  const onProgress = vi.fn()
  const answer = http.get('/api', { onProgress, partOfChange: true })
  const failed = expect(answer).rejects.toMatchObject({ kind: 'unreachable' })
  await drip(await nextResponse(), '["a"', onProgress)
  await vi.advanceTimersByTimeAsync(30_000)
  await failed
  expect(unreachable.get()).toBeDefined()
})

test('gives up a server that sends nothing', async () => {
  const answer = http.get('/api', { partOfChange: true })
  const failed = expect(answer).rejects.toMatchObject({ kind: 'unreachable' })
  await nextResponse()
  await vi.advanceTimersByTimeAsync(30_000)
  await failed
})

test('a caller who aborts in the middle of a body gets an AbortError, and the server stays reachable', async () => {
  const onProgress = vi.fn()
  const leaving = new AbortController()
  const answer = http.get('/api', { onProgress, signal: leaving.signal, partOfChange: true })
  const failed = expect(answer).rejects.toMatchObject({ name: 'AbortError' })
  await drip(await nextResponse(), '["a"', onProgress)
  leaving.abort()
  await failed
  expect(unreachable.get()).toBeUndefined()
})
