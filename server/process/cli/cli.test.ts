import { copyFileSync, cpSync, existsSync, mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { sql } from 'kysely'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest'
import {
  QUICK_PASSWORDS,
  runProgram,
  type ServerProcess,
  startServer,
  temporaryFolder,
} from '../../../tests/support/serverProcess.ts'
import { type Db, lockDatabase } from '../../db/open.ts'
import { closeDatabase } from '../../db/writeAheadLog.ts'

// Each test starts processes, possibly on a busy machine.
vi.setConfig({ testTimeout: 120_000, hookTimeout: 120_000 })

const PASSWORD = 'correct horse battery'
const SECRETS = '/api/v1/org/Default/secret'

const start = (dataDir: string, environment = {}) => startServer(dataDir, { ...QUICK_PASSWORDS, ...environment })
const run = (
  program: 'user' | 'backup' | 'master-key',
  dataDir: string,
  args: string[],
  input = '',
  environment = {},
) => runProgram(program, { dataDir, args, input, environment: { ...QUICK_PASSWORDS, ...environment } })
const basic = (name: string, password: string) => `Basic ${Buffer.from(`${name}:${password}`).toString('base64')}`

function form(fields: Record<string, string | Blob>) {
  const data = new FormData()
  for (const [name, value] of Object.entries(fields)) data.append(name, value)
  return data
}
const create = (server: ServerProcess, name = 'kept') =>
  server.request(SECRETS, { method: 'POST', body: form({ name, type: 'DATA', data: new Blob(['the value']) }) })
const read = async (server: ServerProcess) =>
  (await server.request(`${SECRETS}/kept/data`, { method: 'POST', body: form({ storePassword: '' }) })).text()

/** Backs up a folder, and opens the backup with a copy of the master key. */
async function expectBackup(dataDir: string) {
  const file = join(dataDir, 'copy.db')
  const made = await run('backup', dataDir, [file])
  expect(made).toMatchObject({ code: 0, stderr: '' })
  expect(made.stdout).toContain(join(dataDir, 'master.key'))
  expect(statSync(file).mode & 0o777).toBe(0o600)

  const restored = join(dataDir, 'restored')
  mkdirSync(restored)
  copyFileSync(file, join(restored, 'concord.db'))
  copyFileSync(join(dataDir, 'master.key'), join(restored, 'master.key'))
  const other = await start(restored)
  expect(await read(other)).toBe('the value')
  await other.end('SIGTERM')
  return file
}

describe('with a running server', () => {
  const folder = temporaryFolder()
  let server: ServerProcess
  beforeAll(async () => {
    server = await start(folder.path)
    await create(server)
  })
  afterAll(async () => {
    await server?.end('SIGKILL')
    folder.remove()
  })

  const user = (args: string[], input = '') => run('user', folder.path, args, input)
  const whoami = (headers: Record<string, string>, as = '') =>
    server.request('/api/service/console/whoami', { headers, as })
  const signIn = (name: string, password: string) => whoami({ Authorization: basic(name, password) })
  const cookieOf = (answer: Response) => answer.headers.get('set-cookie')?.split(';')[0] ?? ''

  test('adds a user, and the user can sign in', async () => {
    const added = await user(['add', 'Dave', '--api-key'], `${PASSWORD}\n`)
    expect(added).toMatchObject({ code: 0, stderr: '' })
    const key = /API key, shown only now: (\S{22})\n/.exec(added.stdout)?.[1] ?? ''
    expect(added.stdout).not.toContain(PASSWORD)

    expect((await signIn('dave', PASSWORD)).status).toBe(200)
    expect((await signIn('dave', `${PASSWORD}!`)).status).toBe(401)
    const byKey = await whoami({}, key)
    expect(await byKey.json()).toMatchObject({ username: 'dave', orgs: [{ name: 'Default' }] })
    expect((await user(['list'])).stdout).toMatch(/^dave +LOCAL, password, 1 API key$/m)
  })

  test('a new password ends the sessions of the old one', async () => {
    await user(['add', 'pat'], PASSWORD)
    const cookie = cookieOf(await signIn('pat', PASSWORD))
    expect((await whoami({ Cookie: cookie })).status).toBe(200)

    expect((await user(['passwd', 'pat'], 'another long password\n')).code).toBe(0)
    expect((await whoami({ Cookie: cookie })).status).toBe(401)
    expect((await signIn('pat', PASSWORD)).status).toBe(401)
    expect((await signIn('pat', 'another long password')).status).toBe(200)
  })

  test('a disabled user is locked out at once, and can sign in again when enabled', async () => {
    const added = await user(['add', 'dora', '--api-key'], PASSWORD)
    const key = added.stdout.trim().split(' ').at(-1)
    const cookie = cookieOf(await signIn('dora', PASSWORD))

    expect(await user(['disable', 'dora'])).toMatchObject({
      code: 0,
      stdout: 'Disabled dora (LOCAL); their sessions have ended.\n',
    })
    expect((await whoami({ Cookie: cookie })).status).toBe(403)
    expect((await whoami({}, key)).status).toBe(401)
    expect((await signIn('dora', PASSWORD)).status).toBe(401)
    expect((await user(['list'])).stdout).toMatch(/^dora .*DISABLED$/m)

    expect((await user(['enable', 'Dora'])).stdout).toBe('Enabled dora (LOCAL).\n')
    expect((await signIn('dora', PASSWORD)).status).toBe(200)
    expect((await whoami({ Cookie: cookie })).status).toBe(401)
  })

  test('--admin creates an admin with an admin’s rights', async () => {
    await user(['add', 'erin', '--admin'], PASSWORD)
    await user(['add', 'ned'], PASSWORD)
    const createOrg = (name: string) =>
      server.request('/api/v1/org', {
        as: basic(name, PASSWORD),
        method: 'POST',
        headers: { 'Content-Type': 'application/json' },
        body: JSON.stringify({ name: `org-of-${name}` }),
      })
    expect((await createOrg('erin')).status).toBe(200)
    expect((await createOrg('ned')).status).toBe(500)
  })

  // What the server refuses is in server/process/control.test.ts.
  test('explains an error and changes nothing', async () => {
    const before = await user(['list'])
    const refusals: [args: string[], input: string, words: string][] = [
      [
        ['add', 'gus'],
        'short\n',
        'The password was not accepted. It is too short: it must have at least 12 characters.',
      ],
      [['add', 'gus'], '', 'Standard input has no password'],
      [['add', 'gus', PASSWORD], '', 'Users, and the passwords of'],
      [['add', 'gus', '--password=x'], '', "Unknown option '--password'"],
      [[], '', 'Users, and the passwords of'],
    ]
    for (const [args, input, words] of refusals) {
      const { code, stdout, stderr } = await user(args, input)
      expect({ args, code, stdout }).toEqual({ args, code: 1, stdout: '' })
      expect(stderr).toContain(words)
      expect(stderr).not.toMatch(/^\s+at /m)
    }
    expect((await user(['list'])).stdout).toBe(before.stdout)
  })

  test('a backup opens with the master key, and overwrites no file', async () => {
    const file = await expectBackup(folder.path)
    const again = await run('backup', folder.path, [file])
    expect(again.code).toBe(1)
    expect(again.stderr).toBe(`${file} already exists; a backup never overwrites a file.\n`)

    // The copy was read by another program, which must not cost SQLite its lock.
    const second = await runProgram('main', { dataDir: folder.path })
    expect(second.code).toBe(1)
    expect(second.stderr).toBe(`Another process uses the data folder ${folder.path}. Stop it first.\n`)
    expect((await create(server, 'after-it')).status).toBe(200)
  })

  test('replacing the master key is refused', async () => {
    const file = join(folder.path, 'new.key')
    const refused = await run('master-key', folder.path, [file])
    expect(refused).toMatchObject({ code: 1, stdout: '' })
    expect(refused.stderr).toContain('Stop it first.')
    expect(existsSync(file)).toBe(false)
  })
})

describe('without a server', () => {
  const stopped = temporaryFolder()
  let folder: ReturnType<typeof temporaryFolder>
  let server: ServerProcess | undefined
  beforeAll(async () => {
    const made = await start(stopped.path)
    await create(made)
    await made.end('SIGTERM')
  })
  afterAll(() => stopped.remove())
  beforeEach(() => {
    folder = temporaryFolder()
    cpSync(stopped.path, folder.path, { recursive: true })
  })
  afterEach(async () => {
    await server?.end('SIGKILL')
    folder.remove()
  })

  test('commands open the folder themselves, even next to the socket of a killed one', async () => {
    server = await start(folder.path)
    await server.end('SIGKILL')
    expect(existsSync(join(folder.path, 'control.sock'))).toBe(true)
    expect((await run('user', folder.path, ['add', 'dave'], PASSWORD)).code).toBe(0)

    server = await start(folder.path)
    expect(statSync(join(folder.path, 'control.sock')).mode & 0o777).toBe(0o600)
    const as = basic('dave', PASSWORD)
    expect((await server.request('/api/service/console/whoami', { as })).status).toBe(200)
    expect((await run('user', folder.path, ['passwd', 'dave'], 'another long password')).code).toBe(0)
  })

  test('a command does not create a data folder', async () => {
    const dataDir = join(folder.path, 'empty')
    mkdirSync(dataDir)
    const { code, stderr } = await run('user', dataDir, ['list'])
    expect(code).toBe(1)
    expect(stderr).toBe(`There is no data in ${dataDir} yet. Run npm start once, or set DATA_DIR.\n`)
    expect(existsSync(join(dataDir, 'concord.db'))).toBe(false)
  })

  test('a backup opens with the master key', async () => {
    await expectBackup(folder.path)
  })

  test('after the master key is replaced, only the new one opens the data', async () => {
    const file = join(folder.path, 'new.key')
    const changed = await run('master-key', folder.path, [file])
    expect(changed).toMatchObject({ code: 0, stderr: '' })
    expect(changed.stdout).toContain('It now opens 1 secret and 0 project keys')
    await expect(start(folder.path)).rejects.toThrow('does not match the data')
    server = await start(folder.path, { MASTER_KEY_FILE: file })
    expect(await read(server)).toBe('the value')
  })

  test('a backup copies the data before an upgrade changes it', async () => {
    // A folder of an older version: its last migration is pending, and would fail on the existing tables.
    const db = lockDatabase(folder.path)
    await sql`DELETE FROM kysely_migration WHERE name = (SELECT max(name) FROM kysely_migration)`.execute(db)
    const done = (of: Db) => sql`SELECT name FROM kysely_migration`.execute(of).then(({ rows }) => rows)
    const before = await done(db)
    await closeDatabase(db)
    // SQLite holds the lock for the whole process, so the command gets a copy.
    const dataDir = join(folder.path, 'older')
    mkdirSync(dataDir)
    copyFileSync(join(folder.path, 'concord.db'), join(dataDir, 'concord.db'))

    const copy = join(folder.path, 'copy')
    mkdirSync(copy)
    const made = await run('backup', dataDir, [join(copy, 'concord.db')])
    expect(made).toMatchObject({ code: 0, stderr: '' })
    for (const path of [dataDir, copy]) {
      const left = lockDatabase(path)
      expect(await done(left)).toEqual(before)
      await closeDatabase(left)
    }
  })

  test('a backup of a damaged database is reported as damaged', async () => {
    const db = lockDatabase(folder.path)
    const { rows } = await sql<{ rootpage: number }>`
      SELECT rootpage FROM sqlite_schema WHERE name = 'policyLinksByTarget'`.execute(db)
    await closeDatabase(db)
    const database = join(folder.path, 'concord.db')
    const bytes = readFileSync(database)
    // An index that is not read at startup.
    const begin = ((rows[0]?.rootpage ?? 0) - 1) * 4096
    bytes.fill(0xff, begin, begin + 100)
    writeFileSync(database, bytes)
    const made = await run('backup', folder.path, [join(folder.path, 'copy.db')])
    expect(made.code).toBe(1)
    expect(made.stderr).toMatch(/copy\.db was written, but is damaged: .*So the database is damaged too\./s)
  })
})

test('if the path is too long for a socket, the server runs and the command says to stop it', async () => {
  const folder = temporaryFolder()
  const dataDir = join(folder.path, 'x'.repeat(100))
  mkdirSync(dataDir)
  const server = await start(dataDir)
  try {
    await vi.waitFor(() => expect(server.log()).toContain('no control socket'))
    const refused = await run('user', dataDir, ['list'])
    expect(refused.code).toBe(1)
    expect(refused.stderr).toContain('too long for a socket. Stop it first.')
    await server.end('SIGTERM')
    expect((await run('user', dataDir, ['list'])).stdout).toBe('admin  LOCAL, admin, no password, 1 API key\n')
  } finally {
    await server.end('SIGKILL')
    folder.remove()
  }
})
