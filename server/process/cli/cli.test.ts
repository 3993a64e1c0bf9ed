import { copyFileSync, existsSync, mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { sql } from 'kysely'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { runProgram, type ServerProcess, startServer, temporaryFolder } from '../../../tests/support/serverProcess.ts'
import { type Db, lockDatabase } from '../../db/open.ts'
import { closeDatabase } from '../../db/writeAheadLog.ts'

// Each test starts processes, possibly on a busy machine.
vi.setConfig({ testTimeout: 120_000, hookTimeout: 120_000 })

const PASSWORD = 'correct horse battery'

let folder: ReturnType<typeof temporaryFolder>
let server: ServerProcess | undefined

beforeEach(async () => {
  folder = temporaryFolder()
  server = await startServer(folder.path)
})
afterEach(async () => {
  await server?.end('SIGKILL')
  folder.remove()
})

const user = (args: string[], input = '') => runProgram('user', { dataDir: folder.path, args, input })
const basic = (name: string, password: string) => `Basic ${Buffer.from(`${name}:${password}`).toString('base64')}`
const whoami = (headers: Record<string, string>, as = '') =>
  server?.request('/api/service/console/whoami', { headers, as })
const signIn = (name: string, password: string) => whoami({ Authorization: basic(name, password) })

test('adds a user while the server runs, and the user can sign in', async () => {
  const added = await user(['add', 'Dave', '--api-key'], `${PASSWORD}\n`)
  expect(added).toMatchObject({ code: 0, stderr: '' })
  const key = /API key, shown only now: (\S{22})\n/.exec(added.stdout)?.[1] ?? ''
  expect(added.stdout).not.toContain(PASSWORD)

  expect((await signIn('dave', PASSWORD))?.status).toBe(200)
  expect((await signIn('dave', `${PASSWORD}!`))?.status).toBe(401)
  const byKey = await whoami({}, key)
  expect(await byKey?.json()).toMatchObject({ username: 'dave', orgs: [{ name: 'Default' }] })
  expect((await user(['list'])).stdout).toContain('dave   LOCAL, password, 1 API key\n')
})

test('a new password ends the sessions of the old one', async () => {
  await user(['add', 'dave'], PASSWORD)
  const signedIn = await signIn('dave', PASSWORD)
  const cookie = signedIn?.headers.get('set-cookie')?.split(';')[0] ?? ''
  expect((await whoami({ Cookie: cookie }))?.status).toBe(200)

  expect((await user(['passwd', 'dave'], 'another long password\n')).code).toBe(0)
  expect((await whoami({ Cookie: cookie }))?.status).toBe(401)
  expect((await signIn('dave', PASSWORD))?.status).toBe(401)
  expect((await signIn('dave', 'another long password'))?.status).toBe(200)
})

test('a disabled user is locked out at once, and can sign in again when enabled', async () => {
  const added = await user(['add', 'dave', '--api-key'], PASSWORD)
  const key = added.stdout.trim().split(' ').at(-1)
  const signedIn = await signIn('dave', PASSWORD)
  const cookie = signedIn?.headers.get('set-cookie')?.split(';')[0] ?? ''

  expect(await user(['disable', 'dave'])).toMatchObject({
    code: 0,
    stdout: 'Disabled dave (LOCAL); their sessions have ended.\n',
  })
  expect((await whoami({ Cookie: cookie }))?.status).toBe(403)
  expect((await whoami({}, key))?.status).toBe(401)
  expect((await signIn('dave', PASSWORD))?.status).toBe(401)
  expect((await user(['list'])).stdout).toMatch(/^dave .*DISABLED$/m)

  expect((await user(['enable', 'Dave'])).stdout).toBe('Enabled dave (LOCAL).\n')
  expect((await signIn('dave', PASSWORD))?.status).toBe(200)
  expect((await whoami({ Cookie: cookie }))?.status).toBe(401)
})

test('--admin creates an admin with an admin’s rights', async () => {
  await user(['add', 'erin', '--admin'], PASSWORD)
  await user(['add', 'dave'], PASSWORD)
  const create = (name: string) =>
    server?.request('/api/v1/org', {
      as: basic(name, PASSWORD),
      method: 'POST',
      headers: { 'Content-Type': 'application/json' },
      body: JSON.stringify({ name: `org-of-${name}` }),
    })
  expect((await create('erin'))?.status).toBe(200)
  expect((await create('dave'))?.status).toBe(500)
})

test('explains an error and changes nothing', async () => {
  const refusals: [args: string[], input: string, words: string][] = [
    [
      ['add', 'dave'],
      'short\n',
      'The password was not accepted. It is too short: it must have at least 12 characters.',
    ],
    [['add', 'dave'], 'my name is dave yes\n', 'It contains the username.'],
    [['add', 'dave'], 'Password1234\n', 'It is too common'],
    [['add', 'dave'], '', 'Standard input has no password'],
    [['add', 'admin'], `${PASSWORD}\n`, 'There is a user admin already.'],
    [['add', 'a:b'], `${PASSWORD}\n`, 'A username has letters, digits'],
    [['passwd', 'nobody'], `${PASSWORD}\n`, 'There is no user nobody.'],
    [['disable', 'nobody'], '', 'There is no user nobody.'],
    [['disable', 'admin'], '', 'This would leave no enabled admin.'],
    [['add', 'dave', PASSWORD], '', 'Users, and the passwords of'],
    [['add', 'dave', '--password=x'], '', "Unknown option '--password'"],
    [[], '', 'Users, and the passwords of'],
  ]
  for (const [args, input, words] of refusals) {
    const { code, stdout, stderr } = await user(args, input)
    expect({ args, code, stdout }).toEqual({ args, code: 1, stdout: '' })
    expect(stderr).toContain(words)
    expect(stderr).not.toMatch(/^\s+at /m)
  }
  expect((await user(['list'])).stdout).toBe('admin  LOCAL, admin, no password, 1 API key\n')
})

test('without a server the commands open the folder themselves, even next to the socket of a killed one', async () => {
  await server?.end('SIGKILL')
  expect(existsSync(join(folder.path, 'control.sock'))).toBe(true)
  expect((await user(['add', 'dave'], PASSWORD)).code).toBe(0)

  server = await startServer(folder.path)
  expect(statSync(join(folder.path, 'control.sock')).mode & 0o777).toBe(0o600)
  expect((await signIn('dave', PASSWORD))?.status).toBe(200)
  expect((await user(['passwd', 'dave'], 'another long password')).code).toBe(0)
})

test('a command does not create a data folder', async () => {
  const dataDir = join(folder.path, 'empty')
  mkdirSync(dataDir)
  const { code, stderr } = await runProgram('user', { dataDir, args: ['list'] })
  expect(code).toBe(1)
  expect(stderr).toBe(`There is no data in ${dataDir} yet. Run npm start once, or set DATA_DIR.\n`)
  expect(existsSync(join(dataDir, 'concord.db'))).toBe(false)
})

test('if the path is too long for a socket, the server runs and the command says to stop it', async () => {
  const dataDir = join(folder.path, 'x'.repeat(100))
  mkdirSync(dataDir)
  const other = await startServer(dataDir)
  await vi.waitFor(() => expect(other.log()).toContain('no control socket'))
  const refused = await runProgram('user', { dataDir, args: ['list'] })
  expect(refused.code).toBe(1)
  expect(refused.stderr).toContain('too long for a socket. Stop it first.')
  await other.end('SIGTERM')
  expect((await runProgram('user', { dataDir, args: ['list'] })).code).toBe(0)
})

test.each(['a running server', 'no server'])('a backup made with %s opens with the master key', async (which) => {
  const body = new FormData()
  for (const [name, value] of Object.entries({ name: 'kept', type: 'DATA' })) body.append(name, value)
  body.append('data', new Blob(['the value']))
  await server?.request('/api/v1/org/Default/secret', { method: 'POST', body })
  if (which === 'no server') await server?.end('SIGTERM')

  const file = join(folder.path, 'copy.db')
  const made = await runProgram('backup', { dataDir: folder.path, args: [file] })
  expect(made).toMatchObject({ code: 0, stderr: '' })
  expect(made.stdout).toContain(join(folder.path, 'master.key'))
  expect(statSync(file).mode & 0o777).toBe(0o600)
  const again = await runProgram('backup', { dataDir: folder.path, args: [file] })
  expect(again.code).toBe(1)
  expect(again.stderr).toBe(`${file} already exists; a backup never overwrites a file.\n`)

  if (which === 'a running server') {
    // The copy was read by another program, which must not cost SQLite its lock.
    const second = await runProgram('main', { dataDir: folder.path })
    expect(second.stderr).toBe(`Another process uses the data folder ${folder.path}. Stop it first.\n`)
  }

  const restored = join(folder.path, 'restored')
  mkdirSync(restored)
  copyFileSync(file, join(restored, 'concord.db'))
  copyFileSync(join(folder.path, 'master.key'), join(restored, 'master.key'))
  const other = await startServer(restored)
  const answer = await other.request('/api/v1/org/Default/secret/kept/data', {
    method: 'POST',
    body: (() => {
      const empty = new FormData()
      empty.append('storePassword', '')
      return empty
    })(),
  })
  expect(await answer.text()).toBe('the value')
  await other.end('SIGTERM')
})

test('replacing the master key is refused while the server runs; afterwards only the new key opens the data', async () => {
  const body = new FormData()
  for (const [name, value] of Object.entries({ name: 'kept', type: 'DATA' })) body.append(name, value)
  body.append('data', new Blob(['the value']))
  await server?.request('/api/v1/org/Default/secret', { method: 'POST', body })
  const file = join(folder.path, 'new.key')
  const change = (environment = {}) => runProgram('master-key', { dataDir: folder.path, args: [file], environment })
  const refused = await change()
  expect(refused).toMatchObject({ code: 1, stdout: '' })
  expect(refused.stderr).toContain('Stop it first.')
  expect(existsSync(file)).toBe(false)

  await server?.end('SIGTERM')
  const changed = await change()
  expect(changed).toMatchObject({ code: 0, stderr: '' })
  expect(changed.stdout).toContain('It now opens 1 secret and 0 project keys')
  await expect(startServer(folder.path)).rejects.toThrow('does not match the data')
  server = await startServer(folder.path, { MASTER_KEY_FILE: file })
  const empty = new FormData()
  empty.append('storePassword', '')
  const answer = await server.request('/api/v1/org/Default/secret/kept/data', { method: 'POST', body: empty })
  expect(await answer.text()).toBe('the value')
})

test('a backup without a server copies the data before an upgrade changes it', async () => {
  await server?.end('SIGTERM')
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
  const made = await runProgram('backup', { dataDir, args: [join(copy, 'concord.db')] })
  expect(made).toMatchObject({ code: 0, stderr: '' })
  for (const path of [dataDir, copy]) {
    const left = lockDatabase(path)
    expect(await done(left)).toEqual(before)
    await closeDatabase(left)
  }
})

test('a backup of a damaged database is reported as damaged, with and without a server', async () => {
  await server?.end('SIGTERM')
  const db = lockDatabase(folder.path)
  const { rows } = await sql<{ rootpage: number }>`
    SELECT rootpage FROM sqlite_schema WHERE name = 'policyLinksByTarget'`.execute(db)
  await closeDatabase(db)
  const database = join(folder.path, 'concord.db')
  const bytes = readFileSync(database)
  // An index that is not read at startup.
  const start = ((rows[0]?.rootpage ?? 0) - 1) * 4096
  bytes.fill(0xff, start, start + 100)
  writeFileSync(database, bytes)
  const made = await runProgram('backup', { dataDir: folder.path, args: [join(folder.path, 'copy.db')] })
  expect(made.code).toBe(1)
  expect(made.stderr).toMatch(/copy\.db was written, but is damaged: .*So the database is damaged too\./s)
})
