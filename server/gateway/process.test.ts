import { once } from 'node:events'
import { readdirSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import { runProgram, startServer, temporaryFolder } from '../../tests/support/serverProcess.ts'

// Each test starts processes, possibly on a busy machine.
vi.setConfig({ testTimeout: 60_000, hookTimeout: 120_000 })

const folder = temporaryFolder()
const concord = createServer((request, response) => response.end(`Concord was asked for ${request.url}`))
let CONCORD_URL: string

beforeAll(async () => {
  concord.listen(0, '127.0.0.1')
  await once(concord, 'listening')
  CONCORD_URL = `http://127.0.0.1:${(concord.address() as AddressInfo).port}`
})
afterAll(() => {
  concord.close()
  folder.remove()
})

test('in front of a Concord: says so, forwards the API, serves the rest, stores nothing, and stops on a signal', async () => {
  const server = await startServer(folder.path, { CONCORD_URL, SAMPLE_DATA: 'on' })
  try {
    expect(server.output()).toBe(`Concord secrets console: ${server.url}/, in front of ${CONCORD_URL}\n`)
    expect(await (await server.request('/api/v1/org?limit=1')).text()).toBe('Concord was asked for /api/v1/org?limit=1')
    expect(await (await server.request('/org/acme/secret')).text()).not.toContain('Concord was asked')
  } finally {
    expect(await server.end('SIGTERM')).toBe(0)
  }
  expect(readdirSync(folder.path)).toEqual([])
})

test('warns of http to another computer', async () => {
  const server = await startServer(folder.path, { CONCORD_URL: 'http://concord.example.com' })
  await server.end('SIGTERM')
  expect(server.log()).toContain('go to Concord in the clear')
})

test.each(['user', 'backup'] as const)('npm run %s has no data folder in front of a Concord', async (program) => {
  const args = program === 'user' ? ['add', 'dave'] : ['copy.db']
  const { code, stdout, stderr } = await runProgram(program, {
    dataDir: folder.path,
    args,
    environment: { CONCORD_URL },
  })
  expect([code, stdout]).toEqual([1, ''])
  expect(stderr).toContain(`users and secrets live in that Concord (${CONCORD_URL})`)
  expect(readdirSync(folder.path)).toEqual([])
})
