import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { givenSecret } from '../../tests/support/secrets.ts'
import { givenOrg, givenUser, startTestServer, type TestServer } from '../../tests/support/testServer.ts'
import { createLog } from '../log.ts'
import { Alerts } from './alerts.ts'

const HOUR = 3_600_000

let lines: string[]
let now: number
let alerts: Alerts

beforeEach(() => {
  lines = []
  now = 1_000_000
  const log = createLog('warn', (line) => lines.push(line.replace(/^\S+ /, '')))
  alerts = new Alerts(log, { secretsRead: 3, refusals: 3 }, () => now)
})

test('warns once when one user reads a third secret within an hour', () => {
  for (const secret of ['a', 'b', 'a', 'b', 'a']) alerts.valueRead('ann', secret)
  alerts.valueRead('bob', 'c')
  expect(lines).toEqual([])
  for (const secret of ['c', 'd', 'e']) alerts.valueRead('ann', secret)
  expect(lines).toEqual(['warn  alert: one user reads many secrets {"user":"ann","count":3,"within":"1 h"}'])
  now += HOUR
  for (const secret of ['a', 'b']) alerts.valueRead('ann', secret)
  expect(lines).toHaveLength(1)
  alerts.valueRead('ann', 'c')
  expect(lines).toHaveLength(2)
})

test('counts users and addresses separately, and many addresses evict no user', () => {
  const user = { user: 'ann', address: '10.0.0.1' }
  for (let i = 0; i < 2; i++) alerts.refused(user)
  for (let i = 0; i < 11_000; i++) alerts.refused({ user: null, address: `made up ${i}` })
  for (let i = 0; i < 2; i++) alerts.refused({ user: null, address: '10.0.0.1' })
  expect(lines).toEqual([])
  alerts.refused(user)
  alerts.refused({ user: null, address: '10.0.0.1' })
  expect(lines).toEqual([
    'warn  alert: many requests of one user are refused {"user":"ann","count":3,"within":"1 h"}',
    'warn  alert: many requests from one address are refused {"address":"10.0.0.1","count":3,"within":"1 h"}',
  ])
})

test('0 turns them off', () => {
  const off = new Alerts(
    createLog('warn', (line) => lines.push(line)),
    { secretsRead: 0, refusals: 0 },
  )
  for (let i = 0; i < 1_000; i++) off.valueRead('ann', `${i}`)
  for (let i = 0; i < 1_000; i++) off.refused({ user: null, address: '10.0.0.1' })
  expect(lines).toEqual([])
})

let server: TestServer | undefined
afterEach(async () => {
  vi.restoreAllMocks()
  await server?.close()
})

test('the server counts reads of values and refusals', async () => {
  const written: string[] = []
  vi.spyOn(console, 'error').mockImplementation((line) => void written.push(String(line)))
  const alertLines = () => written.filter((line) => line.includes('alert:'))
  server = await startTestServer({ LOG_LEVEL: 'warn', ALERT_READS: '3', ALERT_REFUSALS: '4' })
  const org = await givenOrg(server, 'acme')
  const ann = await givenUser(server, 'ann')
  const read = (name: string, as = ann.key) =>
    server?.request(`/api/v1/org/acme/secret/${name}/data`, { as, form: { x: '' } })
  for (const name of ['one', 'two', 'three']) await givenSecret(server, org, name)
  await givenSecret(server, org, 'private', { visibility: 'PRIVATE' })

  for (const name of ['one', 'two', 'one', 'two']) expect((await read(name))?.status).toBe(200)
  expect(alertLines()).toEqual([])
  await read('three')
  expect(alertLines()).toHaveLength(1)
  expect(alertLines()[0]).toContain(`one user reads many secrets {"user":"${ann.id}","count":3`)

  // The console asks so for each listed secret, each time that a list is opened.
  const look = () => server?.request('/api/v2/org/acme/secret/private', { as: ann.key })
  for (let i = 0; i < 20; i++) expect((await look())?.status).toBe(403)
  expect(alertLines()).toHaveLength(1)
  for (let i = 0; i < 3; i++) expect((await read('private'))?.status).toBe(403)
  expect(alertLines()[1]).toContain(`many requests of one user are refused {"user":"${ann.id}","count":4`)
  for (let i = 0; i < 4; i++) expect((await read('one', 'bm90IGEga2V5'))?.status).toBe(401)
  expect(alertLines()[2]).toContain('many requests from one address are refused {"address":"127.0.0.1","count":4')
})
