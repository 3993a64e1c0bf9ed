import { spawnSync } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { chownSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import process from 'node:process'
import { freePort } from '../freePort.mjs'
import { found, UnavailableError } from '../install.mjs'
import { atEnd, execute, start } from './ending.mjs'

/** @typedef {{ host: string, port: number, user: string, password: string }} Server a PostgreSQL */

/**
 * Creates an empty database for this run: in the PostgreSQL named by PGHOST and the other PG variables if we can
 * connect, otherwise in one that we start.
 */
export async function makeDatabase() {
  const host = process.env.PGHOST ?? '127.0.0.1'
  const running = {
    host: host.startsWith('/') ? '127.0.0.1' : host,
    port: Number(process.env.PGPORT ?? 5432),
    user: process.env.PGUSER ?? 'postgres',
    password: process.env.PGPASSWORD ?? '',
  }
  const name = `concord_test_${randomBytes(4).toString('hex')}`
  if ((await mayCreate(running)) === 't') {
    await psql(running, `create database ${name}`)
    atEnd(() => spawnSync(found('psql'), argumentsOf(running, `drop database if exists ${name} with (force)`)))
    return { ...running, name }
  }
  const own = await startPostgres()
  await psql(own, `create database ${name}`)
  return { ...own, name }
}

/** @param {Server} server */
const mayCreate = (server) =>
  psql(server, 'select rolcreatedb or rolsuper from pg_roles where rolname = current_user').catch(() => undefined)

/** PostgreSQL refuses to run as root; then it runs as its package's user, or as nobody. */
async function startPostgres() {
  const folder = mkdtempSync(join(tmpdir(), 'concord-postgres-'))
  atEnd(() => rmSync(folder, { recursive: true, force: true, maxRetries: 5, retryDelay: 200 }))
  const as = process.getuid?.() === 0 ? ((await idsOf('postgres')) ?? (await idsOf('nobody'))) : undefined
  if (!as && process.getuid?.() === 0)
    throw new UnavailableError('PostgreSQL does not run as root, and there is no user postgres or nobody.')
  if (as) chownSync(folder, as.uid, as.gid)
  const data = join(folder, 'data')
  const options = { cwd: folder, ...as }
  // Everybody on this computer can reach the port, so it needs a password.
  const password = randomBytes(16).toString('hex')
  const passwordFile = join(folder, 'password')
  writeFileSync(passwordFile, password, { mode: 0o600 })
  if (as) chownSync(passwordFile, as.uid, as.gid)
  const access = ['-A', 'scram-sha-256', '-U', 'postgres', `--pwfile=${passwordFile}`]
  await execute(found('initdb'), [...access, '-D', data], options)
  const server = { host: '127.0.0.1', port: await freePort(), user: 'postgres', password }
  // This data need not survive a power cut.
  const settings = ['-c', 'listen_addresses=127.0.0.1', '-c', 'fsync=off', '-k', folder]
  const log = join(folder, 'log')
  await start(found('postgres'), ['-D', data, '-p', String(server.port), ...settings], { log, ...options }).until(
    () => psql(server, 'select 1'),
    'PostgreSQL',
  )
  return server
}

/** @param {string} user */
async function idsOf(user) {
  try {
    const [uid, gid] = await Promise.all([execute('id', ['-u', user]), execute('id', ['-g', user])])
    return { uid: Number(uid), gid: Number(gid) }
  } catch {
    return undefined
  }
}

/**
 * @param {Server} server
 * @param {string} sql
 */
async function psql(server, sql) {
  const env = { ...process.env, PGPASSWORD: server.password }
  return (await execute(found('psql'), argumentsOf(server, sql), { env })).trim()
}

/** @type {(server: Server, sql: string) => string[]} */
const argumentsOf = ({ host, port, user }, sql) => [
  '-h',
  host,
  '-p',
  String(port),
  '-U',
  user,
  '-d',
  'postgres',
  '-w',
  '-Atqc',
  sql,
]
