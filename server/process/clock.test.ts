import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { startServer, temporaryFolder } from '../../tests/support/serverProcess.ts'
import { startTestServer, type TestServer } from '../../tests/support/testServer.ts'
import { createLog } from '../log.ts'
import { Clock } from './clock.ts'
import { runHousekeeping } from './housekeeping.ts'

const HOUR = 3_600_000
const DAY = 24 * HOUR
const START = Date.parse('2026-03-01T12:00:00Z')

describe('a clock', () => {
  let server: TestServer
  let lines: string[]
  let clock: Clock
  let wall: number
  let monotonic: number

  beforeEach(async () => {
    server = await startTestServer()
    lines = []
    wall = START
    monotonic = 0
    await restart()
    await clock.check()
  })
  afterEach(() => server.close())

  /** Opens the clock as another process would, whose monotonic time has another origin. */
  async function restart() {
    monotonic = Math.round(Math.random() * DAY)
    const source = { wall: () => wall, monotonic: () => monotonic }
    clock = await Clock.open(
      server.services.db,
      createLog('error', (line) => lines.push(line)),
      source,
    )
  }
  /** Runs for some hours, checking once an hour; returns whether the clock was trusted, hour by hour. */
  async function run(hours: number) {
    const believed = []
    for (let i = 0; i < hours; i++) {
      wall += HOUR
      monotonic += HOUR
      believed.push(await clock.check())
    }
    return believed
  }
  async function off(time: number) {
    await clock.check()
    wall += time
    await restart()
    return clock.check()
  }
  const untilDay = [...Array(23).fill(false), true]

  test('that runs correctly is trusted, even across short breaks', async () => {
    expect(await run(50)).not.toContain(false)
    expect(await off(23 * HOUR)).toBe(true)
    expect(lines).toEqual([])
  })

  test('that is right after two months off is trusted after a day; until then each hour logs a warning', async () => {
    expect(await off(60 * DAY)).toBe(false)
    expect(lines).toHaveLength(1)
    expect(lines[0]).toContain('the clock is 60.0 days ahead of the time that the server last knew')
    expect(lines[0]).toContain('"hoursToGo":24')
    expect(await run(24)).toEqual(untilDay)
    expect(lines).toHaveLength(24)
    expect(await run(3)).toEqual([true, true, true])
  })

  test('that is wrong at startup is trusted once it is set right; the next wrong time is not', async () => {
    expect(await off(400 * DAY)).toBe(false)
    expect(await run(5)).not.toContain(true)
    wall -= 400 * DAY
    expect(await clock.check()).toBe(true)
    expect(await off(400 * DAY)).toBe(false)
    expect(await off(-400 * DAY)).toBe(true)
  })

  test.each([400 * DAY, -400 * DAY])('that jumps by %d while the server runs is not trusted', async (jump) => {
    wall += jump
    expect(await run(24)).not.toContain(true)
    expect(await run(1)).toEqual([true])
  })

  test('that jumps again starts a new trial', async () => {
    wall += 400 * DAY
    await run(20)
    wall += 100 * DAY
    expect(await run(24)).not.toContain(true)
  })

  test('of a server that runs for some hours a day adds them up', async () => {
    await off(60 * DAY)
    for (let day = 0; day < 3; day++) {
      expect(await run(6)).not.toContain(true)
      expect(await off(18 * HOUR)).toBe(false)
    }
    expect(await run(6)).toEqual([false, false, false, false, false, true])
  })

  test('is compared with the newest log entry if no time was recorded', async () => {
    const { db } = server.services
    await db.deleteFrom('settings').where('name', '=', 'clock').execute()
    const entryDate = new Date(wall).toISOString()
    await db
      .insertInto('auditLog')
      .values({ entryDate, userId: null, object: 'SYSTEM', action: 'ACCESS', details: '{}' })
      .execute()
    wall += 400 * DAY
    await restart()
    expect(await clock.check()).toBe(false)
  })
})

test('an untrusted clock removes nothing that has expired', async () => {
  const server = await startTestServer({ API_KEY_EXPIRY: '30 days', AUDIT_MAX_AGE: '7 days', LOG_LEVEL: 'silent' })
  const { db } = server.services
  await server.request('/api/v1/apikey', { json: { name: 'key-that-expires' } })
  const headers = { 'X-Concord-EnableSession': 'true', 'X-Concord-RememberMe': 'true' }
  await server.request('/api/service/console/whoami', { headers })
  const all = async () => ({
    keys: await db.selectFrom('apiKeys').selectAll().execute(),
    sessions: await db.selectFrom('sessions').selectAll().execute(),
    remembered: await db.selectFrom('rememberMe').selectAll().execute(),
    log: await db.selectFrom('auditLog').selectAll().execute(),
  })
  const before = await all()
  vi.useFakeTimers({ toFake: ['Date'], now: Date.now() + 400 * DAY })
  try {
    await runHousekeeping(server.services)
    expect(await all()).toEqual(before)
  } finally {
    vi.useRealTimers()
  }
  for (const rows of Object.values(before)) expect(rows.length).toBeGreaterThan(0)
  await server.close()
})

test('a single start with a clock 400 days ahead does not change the log', { timeout: 120_000 }, async () => {
  const folder = temporaryFolder()
  const ahead = join(folder.path, 'ahead.mjs')
  writeFileSync(
    ahead,
    `const Real = Date
     const shift = ${400 * DAY}
     globalThis.Date = class extends Real {
       constructor(...args) { if (args.length) super(...args); else super(Real.now() + shift) }
       static now() { return Real.now() + shift }
     }`,
  )
  const first = await startServer(folder.path)
  for (let i = 0; i < 25; i++) await first.request('/api/v1/org')
  await first.end('SIGTERM')

  const wrong = await startServer(folder.path, { NODE_OPTIONS: `--import=${pathToFileURL(ahead)}` })
  await vi.waitFor(() => expect(wrong.log()).toContain('the clock is 400.0 days ahead'), 30_000)
  await wrong.end('SIGTERM')

  const right = await startServer(folder.path)
  const log = await right.request('/api/v1/audit?limit=1000&object=SYSTEM')
  expect(((await log.json()) as []).length).toBeGreaterThanOrEqual(25)
  expect(right.log()).not.toContain('the clock is')
  await right.end('SIGTERM')
  folder.remove()
})
