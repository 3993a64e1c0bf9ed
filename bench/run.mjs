#!/usr/bin/env node
// `npm run bench`: measures all cases side by side in one run, so that their ratios are comparable on any machine.
import { spawn } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import process from 'node:process'
import { ensureBuilt, ensureInstalled, ROOT } from '../scripts/ensure.mjs'

const FEW = 50
const MANY = 5000
const KEY = randomBytes(16).toString('base64')
const PASSWORD = 'a password of the benchmark'

await ensureInstalled()
await ensureBuilt(['server', 'client'])
const folder = mkdtempSync(join(tmpdir(), 'concord-bench-'))
try {
  await starts()
  await requests()
} finally {
  rmSync(folder, { recursive: true, force: true })
}

/** From the command to "listening", with everything built. */
async function starts() {
  /** @type {[string, number[]][]} */
  const rows = []
  const dataDir = join(folder, 'starts')
  for (const [name, runs] of Object.entries({ 'first start, sample data': 1, 'second start': 5 })) {
    const times = []
    for (let i = 0; i < runs; i++) {
      const { ms, stop } = await start({ DATA_DIR: dataDir, SAMPLE_DATA: 'on' })
      times.push(ms)
      await stop()
    }
    rows.push([name, times])
  }
  print('Starts', rows)
}

async function requests() {
  const server = await start({ DATA_DIR: join(folder, 'requests'), SAMPLE_DATA: 'off' })
  /** @type {(path: string, init?: RequestInit) => Promise<void>} */
  const ask = (path, init) => askOf(server.url, path, init)
  const createOrg = (/** @type {string} */ name) =>
    ask('/api/v1/org', {
      method: 'POST',
      headers: { 'Content-Type': 'application/json' },
      body: JSON.stringify({ name }),
    })
  /** @type {(org: string, name: string, fields?: Record<string, string>) => Promise<void>} */
  const createSecret = (org, name, fields = {}) => {
    const form = new FormData()
    for (const [field, value] of Object.entries({ name, type: 'DATA', ...fields })) form.append(field, value)
    form.append('data', new Blob(['a value of the benchmark']))
    return ask(`/api/v1/org/${org}/secret`, { method: 'POST', body: form })
  }

  // The requests below add to the first organization.
  for (const [org, count] of Object.entries({ few: FEW, small: FEW, many: MANY })) {
    await createOrg(org)
    let next = 0
    const worker = async () => {
      while (next < count) await createSecret(org, `secret-${next++}`)
    }
    await Promise.all([worker(), worker(), worker(), worker()])
  }
  await command('user', ['add', 'stopwatch'], { DATA_DIR: join(folder, 'requests') }, `${PASSWORD}\n`)
  const basic = `Basic ${Buffer.from(`stopwatch:${PASSWORD}`).toString('base64')}`
  const empty = () => {
    const form = new FormData()
    form.append('storePassword', '')
    return form
  }
  let created = 0
  const cases = {
    [`list of ${FEW}`]: () => ask('/api/v2/org/few/secret'),
    [`list of ${MANY}`]: () => ask('/api/v2/org/many/secret'),
    [`list of ${MANY}, filter`]: () => ask('/api/v2/org/many/secret?filter=secret-49'),
    [`list of ${MANY}, first 50`]: () => ask('/api/v2/org/many/secret?limit=50'),
    'get one': () => ask('/api/v2/org/many/secret/secret-2500'),
    'read a value': () => ask('/api/v1/org/many/secret/secret-2500/data', { method: 'POST', body: empty() }),
    'create (durable)': () => createSecret('few', `made-${created++}`),
    'create, store password': () => createSecret('few', `made-${created++}`, { storePassword: 'Bench-Pass1' }),
    'who am I, with a key': () => ask('/api/service/console/whoami'),
    'sign in, with a password': () => ask('/api/service/console/whoami', { headers: { Authorization: basic } }),
    'a file of the console': () => ask('/'),
  }
  print('Requests, one at a time', await inTurns(cases, 15))

  const { inBrowser } = await import('./browser.mjs')
  const seen = await inBrowser({
    url: server.url,
    key: KEY,
    few: { org: 'small', count: FEW },
    many: { org: 'many', count: MANY },
  })
  print('In a browser', seen.rows)
  console.log(`at most ${seen.most} rows in the page, including the header`)

  const gateway = await start({ CONCORD_URL: server.url })
  /** @type {(path: string, rounds: number) => Promise<[string, number[]][]>} */
  const bothWays = (path, rounds) =>
    inTurns({ directly: () => ask(path), 'through the gateway': () => askOf(gateway.url, path) }, rounds)
  print('The gateway: get one', await bothWays('/api/v2/org/many/secret/secret-2500', 200))
  print(`The gateway: list of ${MANY}`, await bothWays('/api/v2/org/many/secret', 15))
  await gateway.stop()
  await server.stop()
}

/**
 * Sends a request with the admin's key and reads the whole response.
 * @param {string} url
 * @param {string} path
 * @param {RequestInit} init
 */
async function askOf(url, path, init = {}) {
  const response = await fetch(url + path, { ...init, headers: { Authorization: KEY, ...init.headers } })
  const body = await response.arrayBuffer()
  if (!response.ok) throw new Error(`${path}: ${response.status} ${Buffer.from(body)}`)
}

/**
 * Times the cases in turn, so that a busy moment of the machine affects all of them.
 * @param {Record<string, () => Promise<void>>} cases
 * @param {number} rounds
 * @returns {Promise<[name: string, times: number[]][]>}
 */
async function inTurns(cases, rounds) {
  const runs = Object.entries(cases).map(([name, run]) => ({ name, run, times: /** @type {number[]} */ ([]) }))
  for (let round = 0; round < rounds; round++) {
    for (const { run, times } of runs) {
      const before = performance.now()
      await run()
      if (round >= 3) times.push(performance.now() - before)
    }
  }
  return runs.map(({ name, times }) => [name, times])
}

/**
 * Starts a server and measures the time until it listens.
 * @param {Record<string, string>} environment
 * @returns {Promise<{ url: string, ms: number, stop: () => Promise<unknown> }>}
 */
function start(environment) {
  const before = performance.now()
  const child = node(['scripts/start.mjs'], {
    PORT: '0',
    ADMIN_API_KEY: KEY,
    LOG_LEVEL: 'warn',
    REQUESTS_PER_SECOND: 'off',
    ...environment,
  })
  const ended = new Promise((resolve) => child.on('exit', resolve))
  return new Promise((resolve, reject) => {
    let output = ''
    child.stdout.on('data', (chunk) => {
      output += chunk
      const url = /console: (http:\/\/[^/\s]+)/.exec(output)?.[1]
      const stop = () => {
        child.kill('SIGTERM')
        return ended
      }
      if (url) resolve({ url, ms: performance.now() - before, stop })
    })
    child.on('exit', () => reject(new Error(`The server ended: ${output}`)))
  })
}

/**
 * Runs a command of the terminal to its end.
 * @param {string} name
 * @param {string[]} args
 * @param {Record<string, string>} environment
 * @param {string} input
 * @returns {Promise<void>}
 */
function command(name, args, environment, input) {
  const child = node(['scripts/start.mjs', '--run', name, ...args], environment)
  child.stdin.end(input)
  return new Promise((resolve, reject) =>
    child.on('exit', (code) => (code === 0 ? resolve() : reject(new Error(`${name} failed`)))),
  )
}

/**
 * @param {string[]} args
 * @param {Record<string, string>} environment
 */
function node(args, environment) {
  return spawn(process.execPath, args, {
    cwd: ROOT,
    stdio: ['pipe', 'pipe', 'inherit'],
    env: { ...process.env, CONCORD_URL: '', ...environment },
  })
}

/**
 * Prints medians, and their ratio to the first row.
 * @param {string} title
 * @param {[name: string, times: number[]][]} rows
 */
function print(title, rows) {
  const medians = rows.map(([name, times]) => ({ name, ms: median(times) }))
  console.log(`\n${title.padEnd(28)} median   × first row`)
  for (const { name, ms } of medians) {
    const ratio = ms / (medians[0]?.ms ?? ms)
    console.log(`${name.padEnd(26)} ${ms.toFixed(1).padStart(7)} ms ${ratio.toFixed(2).padStart(9)}`)
  }
}

/** @param {number[]} times */
function median(times) {
  return times.sort((a, b) => a - b)[Math.floor(times.length / 2)] ?? Number.NaN
}
