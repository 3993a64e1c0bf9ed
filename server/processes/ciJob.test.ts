import { execFile, execFileSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { getRequestListener } from '@hono/node-server'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { givenSecret } from '../../tests/support/secrets.ts'
import {
  givenOrg,
  givenProject,
  givenTeam,
  givenUser,
  startTestServer,
  type TestServer,
} from '../../tests/support/testServer.ts'

/** Runs the job of docs/ci-job.md as it is written there. */
const SCRIPT = /```sh\n(#!\/bin\/sh\n.*?)```/s.exec(
  readFileSync(join(import.meta.dirname, '../../docs/ci-job.md'), 'utf8'),
)?.[1]

const hasCurl = (() => {
  try {
    return execFileSync('curl', ['--version']).length > 0
  } catch {
    return false
  }
})()

let server: TestServer
let folder: string
const http = createServer((request, response) => getRequestListener(server.app.fetch)(request, response))

beforeAll(async () => {
  server = await startTestServer()
  folder = mkdtempSync(join(tmpdir(), 'ci-job-'))
  await new Promise<void>((resolve) => http.listen(0, '127.0.0.1', resolve))
})
afterAll(async () => {
  http.close()
  rmSync(folder, { recursive: true, force: true })
  await server.close()
})

// Needs curl; without it the test is skipped, or fails where tests must be complete.
test.skipIf(!hasCurl && !process.env.CI)('the documented CI job works', async () => {
  const bot = await givenUser(server, 'deploy-bot')
  const org = await givenOrg(server, 'acme')
  const team = await givenTeam(server, org, 'bots', [bot])
  const project = await givenProject(server, org, 'storefront', 'PRIVATE')
  const { db } = server.services
  await db.insertInto('projectTeamAccess').values({ projectId: project.id, teamId: team.id, level: 'WRITER' }).execute()
  const grants = { [team.id]: 'READER' as const }
  await givenSecret(server, org, 'deploy-token', { visibility: 'PRIVATE', projects: [project], grants })
  const encrypted = await server.request('/api/v1/org/acme/project/storefront/encrypt', { as: bot.key, text: 'a=b\n' })
  writeFileSync(join(folder, 'encrypted-setting.txt'), (await encrypted.json()).data)

  const { port } = http.address() as AddressInfo
  const env = { PATH: process.env.PATH, CONCORD_URL: `http://127.0.0.1:${port}`, CONCORD_API_KEY: bot.key }
  const ended = await promisify(execFile)('sh', ['-c', SCRIPT ?? 'exit 9'], { cwd: folder, env })

  expect(ended).toEqual({ stdout: '', stderr: '' })
  expect(readFileSync(join(folder, 'deploy-token'), 'utf8')).toBe('value')
  expect(readFileSync(join(folder, 'setting'), 'utf8')).toBe('a=b\n')
  expect(await db.selectFrom('processSessions').selectAll().execute()).toEqual([])
})
