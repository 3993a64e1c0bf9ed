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
  const ask = (path, init) => askOf(server, path, init)
  const askOf = async ({ url }, path, init = {}) => {
    const headers = { Authorization: KEY, ...init.headers }
    const response = await fetch(url + path, { ...init, headers })
    const body = await response.arrayBuffer()
    if (!response.ok) throw new Error(`${path}: ${response.status} ${Buffer.from(body)}`)
    return body.byteLength
  }
  const createOrg = (name) =>
    ask('/api/v1/org', {
      method: 'POST',
      headers: { 'Content-Type': 'application/json' },
      body: JSON.stringify({ name }),
    })
  const createSecret = (org, name, fields = {}) => {
    const form = new FormData()
    for (const [field, value] of Object.entries({ name, type: 'DATA', ...fields })) form.append(field, value)
    form.append('data', new Blob(['a value of the benchmark']))
    return ask(`/api/v1/org/${org}/secret`, { method: 'POST', body: form })
  }

  for (const [org, count] of [
    ['few', FEW],
    // The requests below add to the organization above.
    ['small', FEW],
    ['many', MANY],
  ]) {
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
  const one = '/api/v2/org/many/secret/secret-2500'
  const all = '/api/v2/org/many/secret'
  for (const [title, path, rounds] of [
    ['The gateway: get one', one, 200],
    [`The gateway: list of ${MANY}`, all, 15],
  ]) {
    print(
      title,
      await inTurns({ directly: () => ask(path), 'through the gateway': () => askOf(gateway, path) }, rounds),
    )
  }
  await gateway.stop()
  await server.stop()
}

/** Times the cases in turn, so that a busy moment of the machine affects all of them. */
async function inTurns(cases, rounds) {
  const times = new Map(Object.keys(cases).map((name) => [name, []]))
  for (let round = 0; round < rounds; round++) {
    for (const [name, run] of Object.entries(cases)) {
      const before = performance.now()
      await run()
      if (round >= 3) times.get(name).push(performance.now() - before)
    }
  }
  return [...times]
}

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

function command(name, args, environment, input) {
  const child = node(['scripts/start.mjs', '--run', name, ...args], environment)
  child.stdin.end(input)
  return new Promise((resolve, reject) =>
    child.on('exit', (code) => (code === 0 ? resolve() : reject(new Error(`${name} failed`)))),
  )
}

function node(args, environment) {
  return spawn(process.execPath, args, {
    cwd: ROOT,
    stdio: ['pipe', 'pipe', 'inherit'],
    env: { ...process.env, CONCORD_URL: '', ...environment },
  })
}

/** Prints medians, and their ratio to the first row. */
function print(title, rows) {
  const medians = rows.map(([name, times]) => [name, times.sort((a, b) => a - b)[Math.floor(times.length / 2)]])
  const base = medians[0][1]
  console.log(`\n${title.padEnd(28)} median   × first row`)
  for (const [name, ms] of medians) {
    console.log(`${name.padEnd(26)} ${ms.toFixed(1).padStart(7)} ms ${(ms / base).toFixed(2).padStart(9)}`)
  }
}
