import { createHash, randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { existsSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { Agent, request } from 'node:http'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import {
  ADMIN_KEY,
  runProgram,
  type ServerProcess,
  startServer,
  temporaryFolder,
} from '../../tests/support/serverProcess.ts'

// Each test starts processes, possibly on a busy machine.
vi.setConfig({ testTimeout: 120_000, hookTimeout: 120_000 })

const ROUNDS = 3
const WRITERS = 4

let folder: ReturnType<typeof temporaryFolder>
const running: ServerProcess[] = []

beforeEach(() => {
  folder = temporaryFolder()
})
afterEach(async () => {
  await Promise.all(running.splice(0).map((server) => server.end('SIGKILL')))
  folder.remove()
})

async function start(environment: Record<string, string> = {}) {
  const server = await startServer(folder.path, environment)
  running.push(server)
  return server
}

const SECRETS = '/api/v1/org/Default/secret'

function form(fields: Record<string, string>) {
  const data = new FormData()
  for (const [name, value] of Object.entries(fields)) {
    data.append(name, name === 'data' ? new Blob([value]) : value)
  }
  return data
}

const create = (server: ServerProcess, name: string, value: string) =>
  server.request(SECRETS, { method: 'POST', body: form({ name, type: 'DATA', data: value }) })

async function readValue(server: ServerProcess, name: string) {
  const answer = await server.request(`${SECRETS}/${name}/data`, { method: 'POST', body: form({ storePassword: '' }) })
  return answer.status === 200 ? answer.text() : `status ${answer.status}`
}

test('acknowledged writes survive kill -9', async () => {
  const acknowledged = new Map<string, string>()
  for (let round = 0; round < ROUNDS; round++) {
    const server = await start()
    let over = false
    const write = async (writer: number) => {
      for (let i = 0; !over; i++) {
        const name = `secret-${round}-${writer}-${i}`
        const value = randomBytes(20).toString('hex')
        // The last response is lost with the process: that write may or may not be there.
        const answer = await create(server, name, value).catch(() => undefined)
        if (answer?.status === 200) acknowledged.set(name, value)
      }
    }
    const writers = Array.from({ length: WRITERS }, (_, writer) => write(writer))
    const before = acknowledged.size
    await vi.waitFor(() => expect(acknowledged.size).toBeGreaterThanOrEqual(before + 20), PATIENCE)
    // At any moment of a write.
    await pause(Math.random() * 50)
    await server.end('SIGKILL')
    over = true
    await Promise.all(writers)
  }
  const server = await start()
  const values = new Map<string, string>()
  for (const name of acknowledged.keys()) values.set(name, await readValue(server, name))
  expect(values).toEqual(acknowledged)
  expect(values.size).toBeGreaterThanOrEqual(20 * ROUNDS)
})

test('a wrong master key stops the start and changes nothing', async () => {
  const server = await start()
  await create(server, 'precious', 'value')
  await server.end('SIGTERM')
  const database = join(folder.path, 'concord.db')
  const hash = () => createHash('sha256').update(readFileSync(database)).digest('hex')
  const before = hash()

  const environment = { MASTER_KEY: randomBytes(32).toString('base64') }
  const refused = await runProgram('main', { dataDir: folder.path, environment })
  expect(refused.code).toBe(1)
  expect(refused.stderr).toMatch(
    /^The master key \(MASTER_KEY\) does not match the data in .*nothing has been changed\.\n$/,
  )
  expect(refused.stdout).toBe('')
  expect(hash()).toBe(before)
  expect(await readValue(await start(), 'precious')).toBe('value')
})

/** A request whose body waits for `finish`, so that it is in progress as long as a test needs. */
function slowCreate(server: ServerProcess, name: string) {
  const body = [
    `--x\r\nContent-Disposition: form-data; name="name"\r\n\r\n${name}\r\n`,
    '--x\r\nContent-Disposition: form-data; name="type"\r\n\r\nDATA\r\n',
    '--x\r\nContent-Disposition: form-data; name="data"\r\n\r\nvalue\r\n--x--\r\n',
  ].join('')
  const headers = {
    Authorization: ADMIN_KEY,
    'Content-Type': 'multipart/form-data; boundary=x',
    'Content-Length': body.length,
    // Resolves as soon as the request is in progress.
    Expect: '100-continue',
  }
  const sent = request(server.url + SECRETS, { method: 'POST', headers, agent: new Agent({ keepAlive: true }) })
  const status = new Promise<number | undefined>((resolve) => {
    sent.on('response', (response) => resolve(response.resume().statusCode))
    sent.on('error', () => resolve(undefined))
  })
  const underWay = once(sent, 'continue')
  sent.flushHeaders()
  return { status, underWay, finish: () => sent.end(body) }
}

/** For polling. */
const PATIENCE = { timeout: 60_000, interval: 20 }

const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms))

test('on SIGTERM, finishes a request, accepts no new ones, and checkpoints the write-ahead log', async () => {
  const server = await start()
  const slow = slowCreate(server, 'in-flight')
  await slow.underWay
  const end = server.end('SIGTERM')
  await vi.waitFor(() => expect(server.log()).toContain('stopping'), PATIENCE)
  await expect(server.request('/api/v1/server/ping')).rejects.toThrow()
  slow.finish()
  expect(await slow.status).toBe(200)
  expect(await end).toBe(0)

  const log = join(folder.path, 'concord.db-wal')
  expect(existsSync(log) ? statSync(log).size : 0).toBe(0)
  expect(existsSync(join(folder.path, 'control.sock'))).toBe(false)
  expect(await readValue(await start(), 'in-flight')).toBe('value')
})

test('a second signal stops the server at once', async () => {
  const server = await start()
  const slow = slowCreate(server, 'never-sent')
  await slow.underWay
  const end = server.end('SIGTERM')
  await vi.waitFor(() => expect(server.log()).toContain('stopping'), PATIENCE)
  expect(server.hasEnded()).toBe(false)
  // npm and the terminal both send a signal for the same Ctrl+C: only a later one counts (SAME_SIGNAL in
  // process/run.ts).
  await pause(600)
  server.end('SIGTERM')
  expect(await end).toBe(1)
  expect(await slow.status).toBeUndefined()
})

test.each([
  ['throw', "throw Object.assign(new Error('what somebody sent\\nand more'), { code: 'E_TEST' })"],
  ['Promise.reject', "Promise.reject(Object.assign(new Error('what somebody sent\\nand more'), { code: 'E_TEST' }))"],
])('an unhandled error (%s) ends the server with a line that quotes nothing', async (_, statement) => {
  const onSignal = `process.on('SIGUSR2', () => { ${statement} })`
  // In base64, because the stack contains the source.
  const script = `data:text/javascript;base64,${Buffer.from(onSignal).toString('base64')}`
  const server = await start({ NODE_OPTIONS: `--import=${script}` })
  await create(server, 'kept', 'value')
  expect(await server.end('SIGUSR2')).toBe(1)
  expect(server.log()).toMatch(
    /^\S+ error unhandled error, the server ends \{"name":"Error","code":"E_TEST","at":\[.*\n$/,
  )
  expect(server.log()).not.toContain('somebody')
  expect(await readValue(await start(), 'kept')).toBe('value')
})

test('reports all errors in the settings at once, without a stack', async () => {
  const environment = { PORT: '99999', SAMPLE_DATA: 'maybe', LOG_LEVEL: 'loud', SESSION_TIMEOUT: 'soon' }
  const { code, stdout, stderr } = await runProgram('main', { dataDir: folder.path, environment })
  expect(code).toBe(1)
  expect(stdout).toBe('')
  for (const name of Object.keys(environment)) expect(stderr).toContain(`  ${name} `)
  expect(stderr).not.toMatch(/^\s+at /m)
  expect(existsSync(join(folder.path, 'concord.db'))).toBe(false)
})

test('each start removes what has expired', async () => {
  const first = await start()
  await create(first, 'long-ago', 'value')
  await first.end('SIGTERM')
  // Until what it wrote is older than a second.
  await pause(1100)
  const again = new Date().toISOString()
  const server = await start({ AUDIT_MAX_AGE: '1 second' })
  await vi.waitFor(async () => {
    const old = await server.request(`/api/v1/audit?before=${again}`)
    expect(await old.json()).toEqual([])
  }, 30_000)
})

test('reports a port in use, with what to do', async () => {
  const other = createServer()
  await new Promise<void>((resolve) => other.listen(0, '127.0.0.1', resolve))
  const address = other.address()
  const port = String(typeof address === 'object' ? address?.port : '')
  const { code, stderr } = await runProgram('main', { dataDir: folder.path, environment: { PORT: port } })
  other.close()
  expect(code).toBe(1)
  expect(stderr).toMatch(new RegExp(`^Port ${port} of 127\\.0\\.0\\.1 is in use\\. .*PORT=\\d+ npm start\n$`))
})

// server/process/setUp.test.ts has the other reasons.
test('reports a file that is no database in a sentence, also in the commands', async () => {
  writeFileSync(join(folder.path, 'concord.db'), 'no database at all '.repeat(1000))
  const started = await runProgram('main', { dataDir: folder.path })
  expect([started.code, started.stdout]).toEqual([1, ''])
  expect(started.stderr).toMatch(/^The [^\n]+\.\n$/)
  expect(started.stderr).toContain('is damaged, or not a database of this program')

  const command = await runProgram('user', { dataDir: folder.path, args: ['list'] })
  expect(command.code).toBe(1)
  expect(command.stderr).toMatch(/^The[^\n]+\.\n$/)
})

test('the first run prints the credentials to standard output, later runs do not', async () => {
  const environment = { ADMIN_API_KEY: '' }
  const first = await start(environment)
  const key = /admin +\(none\) +(\S{22})\n/.exec(first.output())?.[1] ?? ''
  expect(key).not.toBe('')
  expect(first.log()).toBe('')
  expect((await first.request('/api/service/console/whoami', { as: key })).status).toBe(200)
  await first.end('SIGTERM')
  const second = await start(environment)
  expect(second.output()).toMatch(/^Concord secrets console: \S+\n$/)
})
