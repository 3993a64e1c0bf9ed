import { execFileSync } from 'node:child_process'
import { mkdirSync, rmSync, statfsSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import {
  QUICK_PASSWORDS,
  runProgram,
  type ServerProcess,
  startServer,
  temporaryFolder,
} from '../../tests/support/serverProcess.ts'

/*
 * A real full disk: a small file system without space. Mounting one needs root, which CI machines have.
 */

vi.setConfig({ testTimeout: 120_000, hookTimeout: 120_000 })

const WHOAMI = '/api/service/console/whoami'
const SECRETS = '/api/v1/org/Default/secret'
const MiB = 1024 * 1024

let folder: ReturnType<typeof temporaryFolder>
beforeAll(async () => {
  folder = temporaryFolder()
})
afterAll(() => {
  folder.remove()
})

function mounted(path: string, kind: string, size = '32m') {
  try {
    mkdirSync(path)
    if (kind === 'tmpfs') execFileSync('mount', ['-t', 'tmpfs', '-o', `size=${size}`, 'tmpfs', path], { stdio: 'pipe' })
    else {
      const image = `${path}.img`
      writeFileSync(image, Buffer.alloc(32 * MiB))
      execFileSync('mkfs.ext4', ['-q', '-m', '0', image], { stdio: 'pipe' })
      execFileSync('mount', ['-o', 'loop', image, path], { stdio: 'pipe' })
    }
    return true
  } catch (error) {
    // Not every container has a loop device; a tmpfs is always possible.
    if (process.env.CI && kind === 'tmpfs') throw error
    return false
  }
}

function form(fields: Record<string, string | Buffer>) {
  const data = new FormData()
  for (const [name, value] of Object.entries(fields)) {
    data.append(name, typeof value === 'string' ? value : new Blob([new Uint8Array(value)]))
  }
  return data
}
const create = (server: ServerProcess, name: string, bytes: number, as?: string) =>
  server.request(SECRETS, {
    method: 'POST',
    body: form({ name, type: 'DATA', data: Buffer.alloc(bytes, 'x') }),
    ...(as === undefined ? {} : { as }),
  })
const basic = (name: string, password: string) => `Basic ${Buffer.from(`${name}:${password}`).toString('base64')}`

/** Uses up all space, like another program's log. */
function fill(path: string) {
  const file = join(path, 'filler')
  for (let size = MiB; size >= 512; size /= 2) {
    for (;;) {
      try {
        writeFileSync(file, Buffer.alloc(size), { flag: 'a' })
      } catch {
        break
      }
    }
  }
  const { bavail, bsize } = statfsSync(path)
  expect(bavail * bsize).toBeLessThan(64 * 1024)
  return file
}

describe.each(['tmpfs', 'ext4'])('a full disk (%s)', (kind) => {
  test('rejects writes, but allows deleting, signing out and disabling users', async (context) => {
    const path = join(folder.path, kind)
    if (!mounted(path, kind)) return context.skip(`${kind} cannot be mounted here`)
    let server: ServerProcess | undefined
    try {
      const dataDir = join(path, 'data')
      mkdirSync(dataDir)
      server = await startServer(dataDir, QUICK_PASSWORDS)
      await vi.waitFor(() => expect(statSync(join(dataDir, 'reserve')).size).toBeGreaterThan(2 * MiB), 60_000)
      const add = (name: string) =>
        runProgram('user', {
          ...{ dataDir, args: ['add', name], input: 'correct horse battery', environment: QUICK_PASSWORDS },
        })
      expect((await add('dave')).code).toBe(0)
      expect((await add('erin')).code).toBe(0)
      const dave = basic('dave', 'correct horse battery')
      const signIn = async (as: string) =>
        (await server?.request(WHOAMI, { as }))?.headers.get('set-cookie')?.split(';')[0] ?? ''
      const daves = await signIn(dave)
      const erins = await signIn(basic('erin', 'correct horse battery'))
      for (let i = 0; i < 3; i++) expect((await create(server, `large-${i}`, 1_000_000)).status).toBe(200)
      expect((await server.request('/api/x/ready', { as: '' })).status).toBe(200)
      const filler = fill(path)

      // No writes fit any more, and every client gets a clear message.
      let refused = await create(server, 'filling', 100_000)
      for (let i = 0; refused.status === 200; i++) refused = await create(server, `filling-${i}`, 100_000)
      expect(refused.status).toBe(507)
      expect(await refused.text()).toMatch(/^The server's disk is full\. Nothing was changed\. Make room/)
      const members = await server.request(SECRETS, {
        ...{ method: 'POST', as: '', headers: { Cookie: daves } },
        body: form({ name: 'daves', type: 'DATA', data: Buffer.alloc(100_000) }),
      })
      expect([members.status, await members.text()]).toEqual([
        507,
        "The server's disk is full. Nothing was changed. Ask an admin of this server.",
      ])
      expect(server.log()).toContain('"code":"SQLITE_FULL"')
      await vi.waitFor(async () => {
        const ready = await server?.request('/api/x/ready', { as: '' })
        expect([ready?.status, await ready?.json()]).toEqual([503, { ready: false, reasons: ['the disk is full'] }])
      }, 60_000)
      expect((await server.request('/api/x/live', { as: '' })).status).toBe(200)

      // Access can be revoked, and space freed.
      const logout = { as: '', method: 'POST', headers: { Cookie: daves } }
      expect((await server.request('/api/service/console/logout', logout)).status).toBe(204)
      expect((await server.request(WHOAMI, { as: '', headers: { Cookie: daves } })).status).toBe(401)
      for (let i = 0; i < 3; i++) {
        expect((await server.request(`${SECRETS}/large-${i}`, { method: 'DELETE' })).status).toBe(200)
      }
      const user = (await (await server.request('/api/v1/user/erin')).json()) as { id: string }
      expect((await server.request(`/api/v1/user/${user.id}/disable`, { method: 'PUT' })).status).toBe(200)
      expect((await server.request(WHOAMI, { as: '', headers: { Cookie: erins } })).status).toBeGreaterThan(400)
      expect((await runProgram('user', { dataDir, args: ['disable', 'dave'] })).code).toBe(0)

      // The freed space is for nothing else, whether or not the reserve is back.
      fill(path)
      expect((await create(server, 'eats-the-reserve', 100)).status).toBe(507)
      const command = await add('frank')
      expect([command.code, command.stderr]).toEqual([
        1,
        `The disk of the data folder ${dataDir} is full. Free some space and try again; nothing was changed.\n`,
      ])

      // Stopping and starting lose nothing, and their messages are readable for operators.
      expect(await server.end('SIGTERM')).toBe(0)
      expect(server.log()).not.toMatch(/^\s+at /m)
      server = await startServer(dataDir, QUICK_PASSWORDS)
      expect((await server.request(`${SECRETS}?limit=1`)).status).toBe(200)

      // The server notices free space.
      rmSync(filler)
      await vi.waitFor(async () => {
        expect((await create(server as ServerProcess, 'fits-again', 100)).status).toBe(200)
      }, 60_000)
      await vi.waitFor(() => expect(statSync(join(dataDir, 'reserve')).size).toBeGreaterThan(2 * MiB), 60_000)
      await vi.waitFor(async () => {
        expect((await server?.request('/api/x/ready', { as: '' }))?.status).toBe(200)
      }, 60_000)
      const log = await server.request('/api/x/v1/audit?event=sign-out', {})
      expect(await log.json()).toHaveLength(1)
    } finally {
      await server?.end('SIGKILL')
      execFileSync('umount', ['-l', path])
    }
  })
})

test('on a disk filled by secrets, signing out, deleting and disabling users still work', async (context) => {
  const path = join(folder.path, 'filled')
  if (!mounted(path, 'tmpfs', '24m')) return context.skip('tmpfs cannot be mounted here')
  let server: ServerProcess | undefined
  try {
    server = await startServer(path)
    await vi.waitFor(() => expect(statSync(join(path, 'reserve')).size).toBeGreaterThan(2 * MiB), 60_000)
    const user = await server.request('/api/v1/user', {
      method: 'POST',
      headers: { 'Content-Type': 'application/json' },
      body: JSON.stringify({ username: 'erin', userType: 'LOCAL' }),
    })
    const { id } = (await user.json()) as { id: string }
    const signedIn = await server.request(WHOAMI, { headers: { 'X-Concord-EnableSession': 'true' } })
    const session = { as: '', headers: { Cookie: signedIn.headers.get('set-cookie')?.split(';')[0] ?? '' } }
    // The size of the last checkpoint depends on what was written before: this much was once too much.
    const kept: string[] = []
    for (let i = 0; i < 5; i++)
      if ((await create(server, `first-${i}`, 200_000)).status === 200) kept.push(`first-${i}`)
    for (let i = 0; i < 40; i++) {
      const { status } = await create(server, `large-${i}`, 1_000_000)
      expect([200, 507]).toContain(status)
      if (status === 200) kept.push(`large-${i}`)
    }
    expect(kept.length).toBeLessThan(40)
    expect((await server.request('/api/service/console/logout', { ...session, method: 'POST' })).status).toBe(204)
    expect((await server.request(WHOAMI, session)).status).toBe(401)
    expect((await server.request(`/api/v1/user/${id}/disable`, { method: 'PUT' })).status).toBe(200)
    for (const name of kept) expect((await server.request(`${SECRETS}/${name}`, { method: 'DELETE' })).status).toBe(200)
    await vi.waitFor(async () => {
      expect((await create(server as ServerProcess, 'fits-again', 100)).status).toBe(200)
    }, 60_000)
  } finally {
    await server?.end('SIGKILL')
    execFileSync('umount', ['-l', path])
  }
})
