import http from 'node:http'
import { afterAll, expect, test } from 'vitest'
import type { OpenApiDocument } from '../../server/openapi/document.ts'
import { startServer, temporaryFolder } from '../support/serverProcess.ts'
import { mainThreadTime } from '../support/standstill.ts'
import { isChosen, operationsOf, type Words, type WorstRequest } from './worst.ts'

/** Milliseconds for a response to `ping`, regardless of other requests. */
const LATE = 1_000

const folder = temporaryFolder()
const server = await startServer(folder.path, { REQUESTS_PER_SECOND: 'off', LOG_LEVEL: 'silent' })
afterAll(async () => {
  await server.end('SIGKILL')
  folder.remove()
})
const operations = operationsOf((await (await server.request('/api/openapi.json')).json()) as OpenApiDocument)

const post = async (path: string, body: object | FormData) => {
  const isForm = body instanceof FormData
  const response = await server.request(path, {
    method: 'POST',
    body: isForm ? body : JSON.stringify(body),
    headers: isForm ? {} : { 'Content-Type': 'application/json' },
  })
  return (await response.json()) as { id: string }
}

/** On its own connection: others end with requests that are too large. */
const ping = () =>
  new Promise((resolve, reject) => {
    http
      .get(`${server.url}/api/v1/server/ping`, { agent: false }, (response) => response.resume().on('end', resolve))
      .on('error', reject)
  })

let made = 0
let words: Words = {}
/** One thing of each kind, created through the API. */
async function givenWords(): Promise<Words> {
  const suffix = `n${made++}`
  const org = `org-${suffix}`
  await post('/api/v1/org', { name: org })
  const team = await post(`/api/v1/org/${org}/team`, { name: `team-${suffix}` })
  const project = await post(`/api/v1/org/${org}/project`, { name: `project-${suffix}` })
  const user = await post('/api/v1/user', { username: `user-${suffix}`, userType: 'LOCAL' })
  const secret = new FormData()
  for (const [name, value] of [
    ['name', `secret-${suffix}`],
    ['type', 'DATA'],
    ['data', 'value'],
  ] as const) {
    secret.append(name, value)
  }
  await post(`/api/v1/org/${org}/secret`, secret)
  return {
    ...{ orgName: org, org, teamName: `team-${suffix}`, teamId: team.id, secretName: `secret-${suffix}` },
    ...{ projectName: `project-${suffix}`, project: `project-${suffix}`, projectId: project.id },
    ...{ username: `user-${suffix}`, user: `user-${suffix}`, id: user.id, name: `name-${suffix}` },
    ...{ group: 'cn=group', role: 'MEMBER', roleName: 'concordSystemReader', entity: 'secret' },
  }
}

/** Sends them all at once; returns the longest wait for `ping` until the last is answered. */
async function longestPing(requests: WorstRequest[]): Promise<number> {
  let waiting = true
  const prepared = requests.map(({ method, address, headers, body }) => ({
    address,
    init: { method, headers, ...(body && method !== 'GET' ? { body: body() } : {}) },
  }))
  const answers = Promise.allSettled(
    prepared.map(async ({ address, init }) => (await server.request(address, init)).arrayBuffer()),
  ).then(() => {
    waiting = false
  })
  let longest = 0
  while (waiting) {
    const before = mainThreadTime(server.pid)
    await ping()
    longest = Math.max(longest, mainThreadTime(server.pid) - before)
  }
  await answers
  return longest
}

test.each(operations)(
  'ping responds in under a second while the largest requests are sent to %s',
  async (name, requestsWith) => {
    if (!words.name) words = await givenWords()
    const requests = requestsWith(words).filter(isChosen)
    let longest = 0
    // As many at once as a browser has connections.
    for (let from = 0; from < requests.length; from += 6) {
      longest = Math.max(longest, await longestPing(requests.slice(from, from + 6)))
    }
    if (/DELETE|disable/.test(name)) words = {}
    expect(longest).toBeLessThan(LATE)
    expect(server.hasEnded()).toBe(false)
  },
  600_000,
)
