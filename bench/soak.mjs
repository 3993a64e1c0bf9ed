#!/usr/bin/env node
// `npm run soak -- --minutes N`: 500 sessions work with a server of its own, on 127.0.0.1, for N minutes (10 by default).
// Prints each minute: requests, errors, times, memory. Ends with status 1 if any request failed.
import { mkdtempSync, rmSync } from 'node:fs'
import { Agent, request as httpRequest } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import process from 'node:process'
import { setTimeout as sleep } from 'node:timers/promises'
import { parseArgs } from 'node:util'
import { ensureBuilt, ensureInstalled } from '../scripts/ensure.mjs'
import { apiOf, each } from './api.mjs'
import { startOurs } from './servers.mjs'
import { number, table } from './table.mjs'

const USERS = 100
const SESSIONS = 500
/** Secrets that are there from the start, in one organization. */
const SECRETS = 500
/** A session waits up to this long between two requests: all together send some 250 a second. */
const PAUSE = 4_000
const ORG = 'soak'

const { values } = parseArgs({ options: { minutes: { type: 'string', default: '10' } } })
const minutes = Number(values.minutes)
if (!(minutes > 0 && minutes <= 24 * 60)) throw new Error('--minutes must be a number above 0, up to a day')

await ensureInstalled()
await ensureBuilt(['server', 'client'])
const { memoryOf } = await import('./servers.mjs')
const folder = mkdtempSync(join(tmpdir(), 'concord-soak-'))
process.on('exit', () => rmSync(folder, { recursive: true, force: true, maxRetries: 5, retryDelay: 200 }))
// Its limits of requests are on, as everywhere.
const server = await startOurs(folder, { REQUESTS_PER_SECOND: '200' })
const { hostname, port } = new URL(server.url)

/** @typedef {{ cookie: string, agent: Agent, secret: string | undefined }} Session `secret`: its own, if there is one */
/** @typedef {{ method?: string, path: string, json?: unknown, fields?: Record<string, string> }} Asked */

/**
 * How many of a hundred requests are of which kind.
 * @type {{ share: number, ask: (session: Session) => Asked }[]}
 */
const MIX = [
  { share: 25, ask: () => ({ path: `/api/v2/org/${ORG}/secret?limit=101` }) },
  { share: 12, ask: () => ({ path: `/api/v2/org/${ORG}/secret?filter=${any(90) + 10}&limit=101` }) },
  { share: 20, ask: () => ({ path: secretPath('v2', `key-${any(SECRETS)}`) }) },
  { share: 15, ask: () => ({ path: '/api/service/console/whoami' }) },
  { share: 6, ask: () => ({ path: `/api/v1/audit?object=SECRET&details.orgName=${ORG}&limit=20` }) },
  {
    share: 8,
    ask: () => ({
      method: 'POST',
      path: `${secretPath('v1', `key-${any(SECRETS)}`)}/data`,
      fields: { storePassword: '' },
    }),
  },
  { share: 14, ask: changeOf },
]

/** Each as often as its share. */
const CHOICES = MIX.flatMap(({ share, ask }) => Array.from({ length: share }, () => ask))

/** Creates, renames and deletes a secret of its own, in this order. @param {Session} session @returns {Asked} */
function changeOf(session) {
  const { secret } = session
  if (!secret) {
    session.secret = `own-${++created}`
    const fields = { name: session.secret, type: 'DATA', visibility: 'PRIVATE', data: 'a value of the soak test' }
    return { method: 'POST', path: `/api/v1/org/${ORG}/secret`, fields }
  }
  if (secret.endsWith('-renamed')) {
    session.secret = undefined
    return { method: 'DELETE', path: secretPath('v1', secret) }
  }
  session.secret = `${secret}-renamed`
  return { method: 'POST', path: secretPath('v1', secret), json: { name: session.secret } }
}
let created = 0

/** @type {(version: 'v1' | 'v2', name: string) => string} */
const secretPath = (version, name) => `/api/${version}/org/${ORG}/secret/${name}`
const any = (/** @type {number} */ below) => Math.floor(Math.random() * below)

/** @type {number[]} milliseconds, of the current minute */
let times = []
let errors = 0
/** @type {Map<string, number>} what failed, how often */
const failures = new Map()

const sessions = await givenSessions()
console.log(`${sessions.length} sessions of ${USERS} users, ${SECRETS} secrets, for ${minutes} minutes`)
const end = performance.now() + minutes * 60_000
process.once('SIGINT', () => process.exit(130))
/** @type {string[][]} */
const rows = []
const reporting = setInterval(note, 60_000)
await Promise.all(sessions.map(work))
clearInterval(reporting)
if (times.length > 0) await note()
await server.stop()

console.log(`\n${table(['minute', 'requests', 'errors', 'p50, ms', 'p99, ms', 'longest, ms', 'memory, MB'], rows)}`)
for (const [what, count] of failures) console.error(`${count} × ${what}`)
console.log(errors === 0 ? 'no errors' : `${errors} errors`)
process.exit(errors === 0 ? 0 : 1)

async function givenSessions() {
  const admin = apiOf(server.url, server.adminKey)
  await admin.send('/api/v1/org', { name: ORG })
  const numbers = (/** @type {number} */ count) => Array.from({ length: count }, (_, i) => i)
  await each(numbers(SECRETS), (i) =>
    admin.form(`/api/v1/org/${ORG}/secret`, {
      ...{ name: `key-${i}`, type: 'DATA', visibility: 'PUBLIC' },
      data: new Blob(['a value of the soak test']),
    }),
  )
  /** @type {Session[]} */
  const sessions = []
  await each(numbers(USERS), async (i) => {
    const { id } = await admin.send('/api/v1/user', { username: `user-${i}`, userType: 'LOCAL' })
    const { key } = await admin.send('/api/v1/apikey', { userId: id })
    await admin.send(`/api/v1/org/${ORG}/team/default/users`, [{ userId: id, role: 'MEMBER' }], 'PUT')
    for (let n = 0; n < SESSIONS / USERS; n++) {
      const cookie = await apiOf(server.url, key).session()
      sessions.push({ cookie, agent: new Agent({ keepAlive: true, maxSockets: 1 }), secret: undefined })
    }
  })
  return sessions
}

/** One session: asks, reads the answer, thinks, and asks again. @param {Session} session */
async function work(session) {
  await sleep(Math.random() * PAUSE)
  while (performance.now() < end) {
    const asked = (CHOICES[any(CHOICES.length)] ?? changeOf)(session)
    const began = performance.now()
    const problem = await send(session, asked).catch((error) => String(error.code ?? error.message))
    times.push(performance.now() - began)
    if (problem) {
      errors++
      const what = `${asked.method ?? 'GET'} ${asked.path.replace(/\?.*|\d+/g, '')}: ${problem}`
      failures.set(what, (failures.get(what) ?? 0) + 1)
    }
    await sleep(Math.random() * PAUSE)
  }
  session.agent.destroy()
}

/**
 * Sends one request on the session's own connection, as a browser does. Returns what is wrong with the response, if
 * anything.
 * @param {Session} session
 * @param {Asked} asked
 * @returns {Promise<string | undefined>}
 */
async function send(session, asked) {
  const { cookie, agent } = session
  const { method = 'GET', path, json, fields } = asked
  const { type, body } = bodyOf(json, fields)
  const headers = { Cookie: cookie, ...(type ? { 'Content-Type': type, 'Content-Length': body.length } : {}) }
  return new Promise((resolve, reject) => {
    const sent = httpRequest({ hostname, port, method, path, agent, headers, timeout: 30_000 }, (response) => {
      response.resume().on('error', reject)
      response.on('end', () => resolve(response.statusCode === 200 ? undefined : `status ${response.statusCode}`))
    })
    sent.on('timeout', () => sent.destroy(new Error('no answer in 30 s')))
    sent.on('error', (error) => {
      // The server has closed an idle connection just when it was used again: a browser asks once more as well.
      const isStale = sent.reusedSocket && 'code' in error && error.code === 'ECONNRESET'
      if (isStale && method === 'GET') send(session, asked).then(resolve, reject)
      else reject(error)
    })
    sent.end(body)
  })
}

/** @type {(json: unknown, fields: Record<string, string> | undefined) => { type?: string, body: Buffer }} */
function bodyOf(json, fields) {
  if (json !== undefined) return { type: 'application/json', body: Buffer.from(JSON.stringify(json)) }
  if (!fields) return { body: Buffer.alloc(0) }
  const boundary = 'the-boundary-of-the-soak-test'
  const parts = Object.entries(fields).map(
    ([name, text]) => `--${boundary}\r\nContent-Disposition: form-data; name="${name}"\r\n\r\n${text}\r\n`,
  )
  const type = `multipart/form-data; boundary=${boundary}`
  return { type, body: Buffer.from(`${parts.join('')}--${boundary}--\r\n`) }
}

/** Adds a line for the minute that has passed. */
async function note() {
  const sorted = times.sort((a, b) => a - b)
  times = []
  const at = (/** @type {number} */ share) => number(sorted[Math.floor(sorted.length * share)] ?? Number.NaN)
  const memory = await memoryOf(server.pid)
  const row = [rows.length + 1, sorted.length, errors, at(0.5), at(0.99), number(sorted.at(-1) ?? Number.NaN)]
  rows.push([...row.map(String), number(memory)])
  console.log(
    `minute ${row[0]}: ${row[1]} requests, ${row[2]} errors so far, p50 ${row[3]} ms, p99 ${row[4]} ms, ${number(memory)} MB`,
  )
}
