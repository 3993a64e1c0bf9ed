import { createServer } from 'node:http'
import { type AddressInfo, connect } from 'node:net'
import { getRequestListener } from '@hono/node-server'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { givenOrg, givenUser, startTestServer, type TestServer } from '../../tests/support/testServer.ts'
import { readConfig } from '../config.ts'
import type { HttpError } from '../errors.ts'
import { RequestRate } from './requestRate.ts'

describe('the rate', () => {
  let now = 0
  const at = (ms: number) => {
    now = ms
  }
  const rate = (perSecond: number | undefined) => new RequestRate(perSecond, () => now)

  /** How many of these requests are accepted, and the seconds that the first rejected one has to wait. */
  function sent(limit: RequestRate, who: string, n: number) {
    let passed = 0
    let wait: string | undefined
    for (let i = 0; i < n; i++) {
      try {
        limit.count(who)
        passed++
      } catch (error) {
        wait ??= (error as HttpError).headers['Retry-After']
      }
    }
    return [passed, wait]
  }

  test('allows ten seconds of requests at once, then the rate per second, for each person', () => {
    at(1_000_000)
    const limit = rate(200)
    expect(sent(limit, 'ann', 3_000)).toEqual([2_000, '1'])
    expect(sent(limit, 'bob', 10)).toEqual([10, undefined])
    at(1_001_000)
    expect(sent(limit, 'ann', 300)).toEqual([200, '1'])
    at(1_006_000)
    expect(sent(limit, 'ann', 3_000)).toEqual([1_000, '1'])
    at(2_000_000)
    expect(sent(limit, 'ann', 3_000)).toEqual([2_000, '1'])
  })

  test.each([
    [undefined, 200],
    ['7', 7],
    ['off', undefined],
  ])('set to %s is %s', (setting, expected) => {
    const given = setting === undefined ? {} : { REQUESTS_PER_SECOND: setting }
    expect(readConfig(given).requestsPerSecond).toBe(expected)
  })

  test('names a limit of one request a second, and does not count rejected ones', () => {
    at(0)
    const limit = rate(1)
    expect(sent(limit, 'ann', 1_000)).toEqual([10, '1'])
    at(999)
    expect(sent(limit, 'ann', 1)).toEqual([0, '1'])
    at(1_000)
    expect(sent(limit, 'ann', 5)).toEqual([1, '1'])
  })

  test('can be off', async () => {
    const limit = rate(undefined)
    expect(sent(limit, 'ann', 100_000)).toEqual([100_000, undefined])
    await Promise.all(Array.from({ length: 1_000 }, () => limit.within('ann', async () => {})))
  })

  test('remembers a limited number of persons; active ones stay', () => {
    at(0)
    const limit = rate(1)
    expect(sent(limit, 'ann', 10)).toEqual([10, undefined])
    for (let i = 0; i < 100_000; i++) {
      limit.count(`address ${i}`)
      if (i % 5_000 === 0) expect(sent(limit, 'ann', 1)).toEqual([0, '1'])
    }
    expect(limit.size).toBeLessThanOrEqual(20_000)
  })

  test('of 64 in progress accepts the next one when one is done, even if it failed', async () => {
    at(0)
    const limit = rate(1_000)
    const ends: (() => void)[] = []
    const work = () => new Promise<void>((resolve) => ends.push(resolve))
    const running = Array.from({ length: 64 }, () => limit.within('ann', work))
    await expect(limit.within('ann', work)).rejects.toThrow('Too many requests at once: at most 64 are allowed')
    const other = limit.within('bob', work)
    ends.shift()?.()
    await running[0]
    await expect(limit.within('ann', () => Promise.reject(new Error('no')))).rejects.toThrow('no')
    running.push(limit.within('ann', work), other)
    for (const end of ends) end()
    await Promise.all(running)
  })
})

describe('a server with REQUESTS_PER_SECOND=1', () => {
  let server: TestServer
  let ann: { key: string }
  let bob: { key: string }
  beforeAll(async () => {
    server = await startTestServer({ REQUESTS_PER_SECOND: '1', TRUSTED_PROXY: '127.0.0.1' })
    ann = await givenUser(server, 'ann')
    bob = await givenUser(server, 'bob')
  })
  afterAll(() => server.close())

  const statuses = async (n: number, send: () => Response | Promise<Response>) =>
    (await Promise.all(Array.from({ length: n }, send))).map(({ status }) => status)
  const limited = (some: number[]) => some.filter((status) => status === 429).length
  const ping = (from: string, as = '') =>
    server.request('/api/v1/server/ping', { as, headers: { 'X-Forwarded-For': from } })

  test('rejects the eleventh request of a user’s burst with a message, and nobody else’s', async () => {
    expect(limited(await statuses(10, () => server.request('/api/v1/org', { as: ann.key })))).toBe(0)
    const answer = await server.request('/api/v1/org', { as: ann.key, headers: { 'X-Forwarded-For': '10.0.0.9' } })
    expect([answer.status, answer.headers.get('Retry-After'), answer.headers.get('Content-Type')]).toEqual([
      429,
      '1',
      'text/plain;charset=UTF-8',
    ])
    expect(await answer.text()).toBe('Too many requests: at most 1 a second. Try again in 1 s.')
    expect(limited(await statuses(10, () => server.request('/api/v1/org', { as: bob.key })))).toBe(0)
  })

  test('writes nothing for a rejected request, not even the use of the key', async () => {
    const dan = await givenUser(server, 'dan')
    const used = async () => {
      await server.services.refusals.flush()
      const rows = await server.services.db.selectFrom('auditLog').select(['seq', 'userId', 'details']).execute()
      return rows.filter(({ userId, details }) => userId === dan.id || details.includes('throttled')).length
    }
    await statuses(30, () => server.request('/api/v1/org', { as: dan.key }))
    expect(await used()).toBe(10)
  })

  test('counts strangers by address, including anonymous paths', async () => {
    expect(limited(await statuses(10, () => ping('10.0.0.1')))).toBe(0)
    expect((await ping('10.0.0.1')).status).toBe(429)
    expect((await ping('10.0.0.2')).status).toBe(200)
    const wrongKey = () =>
      server.request('/api/v1/org', { as: 'bm90LWEta2V5', headers: { 'X-Forwarded-For': '10.0.0.3' } })
    expect(await statuses(10, wrongKey)).toEqual(Array(10).fill(401))
    expect((await wrongKey()).status).toBe(429)
    // A valid key from the same address still works.
    const cyd = await givenUser(server, 'cyd')
    const good = await server.request('/api/v1/org', { as: cyd.key, headers: { 'X-Forwarded-For': '10.0.0.3' } })
    expect(good.status).toBe(200)
  })

  test('does not count strangers from this computer, where a proxy may not name its clients', async () => {
    expect(limited(await statuses(50, () => server.request('/api/v1/server/ping', { as: '' })))).toBe(0)
  })
})

test('a user with 64 open requests gets no more, and does not make others wait', async () => {
  const server = await startTestServer()
  const ann = await givenUser(server, 'ann')
  const bob = await givenUser(server, 'bob')
  const ends: (() => void)[] = []
  const open = () => {
    const body = new ReadableStream({
      start(stream) {
        ends.push(() => stream.close())
      },
    })
    const headers = { Authorization: ann.key, 'Content-Type': 'application/json' }
    return server.app.request('/api/v1/org', { method: 'POST', headers, body, duplex: 'half' } as RequestInit)
  }
  const opened = Array.from({ length: 64 }, open)
  // Until each has passed its sign-in.
  while ((await server.request('/api/v1/org', { as: ann.key })).status !== 429);
  expect((await server.request('/api/v1/org', { as: bob.key })).status).toBe(200)
  for (const end of ends) end()
  await Promise.all(opened)
  expect((await server.request('/api/v1/org', { as: ann.key })).status).toBe(200)
  await server.close()
})

test('a response counts as in progress until the client has read it or disconnected', async () => {
  const server = await startTestServer()
  const ann = await givenUser(server, 'ann')
  const bob = await givenUser(server, 'bob')
  // Together more than the operating system buffers for a client that does not read.
  for (let i = 0; i < 8; i++) await givenOrg(server, `large${i}`)
  const cfg = JSON.stringify({ text: 'x'.repeat(2_000_000) })
  await server.services.db.updateTable('orgs').set({ cfg }).where('name', 'like', 'large%').execute()
  const web = createServer(getRequestListener(server.app.fetch))
  await new Promise<void>((resolve) => web.listen(0, '127.0.0.1', resolve))
  const { port } = web.address() as AddressInfo
  const open = (head: string) => {
    const socket = connect({ port, host: '127.0.0.1' }).pause()
    socket.write(`${head}\r\nHost: localhost\r\nAuthorization: ${ann.key}\r\n\r\n`)
    return socket
  }
  const status = async (as: string) => {
    const headers = { Authorization: as }
    return (await fetch(`http://127.0.0.1:${port}/api/v1/org/large0/team`, { headers })).status
  }
  const json = 'POST /api/v1/org HTTP/1.1\r\nContent-Type: application/json\r\nContent-Length: 10'
  const opened = Array.from({ length: 63 }, () => open(json))
  try {
    const slow = open('GET /api/v1/org HTTP/1.1')
    opened.push(slow)
    await new Promise((resolve) => slow.once('readable', resolve))
    expect([await status(ann.key), await status(bob.key)]).toEqual([429, 200])
    slow.destroy()
    await expect.poll(() => status(ann.key)).toBe(200)
    // On a kept connection a response is done when it is sent.
    for (let i = 0; i < 5; i++) expect(await status(ann.key)).toBe(200)
  } finally {
    for (const socket of opened) socket.destroy()
    web.closeAllConnections()
    web.close()
    await server.close()
  }
})

test.each(['0', '-1', '1.5', 'on', 'lots'])('rejects REQUESTS_PER_SECOND=%s', async (value) => {
  await expect(startTestServer({ REQUESTS_PER_SECOND: value })).rejects.toThrow(
    'REQUESTS_PER_SECOND must be a whole number from 1 to 1000000, or off',
  )
})
