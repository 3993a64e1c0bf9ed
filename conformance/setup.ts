import { randomBytes } from 'node:crypto'
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { TestProject } from 'vitest/node'
import { startDirectory } from '../scripts/concord/directory.mjs'
import { ensureBuilt } from '../scripts/ensure.mjs'
import { find } from '../scripts/install.mjs'
import { QUICK_PASSWORDS, startServer } from '../tests/support/serverProcess.ts'
import { send } from './lib/http.ts'
import type { Directory, ServerUnderTest } from './lib/server.ts'

/*
 * Before all files: finds the server named by CONCORD_URL and CONCORD_ADMIN_KEY, or starts ours on an empty folder.
 * After all files: removes everything they created, and stops the server if it is ours.
 */

const OUR_COMMIT = 'concord-secrets-console'

let tidyUp = async () => {}

export async function setup(project: TestProject) {
  const folder = mkdtempSync(join(tmpdir(), 'concord-conformance-'))
  let stop = async () => {}
  tidyUp = async () => {
    await stop()
    rmSync(folder, { recursive: true, force: true })
  }
  try {
    const { url, adminKey, directory, ...found } = await serverToTest(folder)
    stop = found.stop
    const server = { ...(await look(url.replace(/\/+$/, ''), adminKey, join(folder, 'ledger'))), directory }
    project.provide('server', server)
    console.log(`Conformance: ${server.url}, version ${server.version} (${server.kind})`)
    const remove = tidyUp
    tidyUp = async () => {
      const left = await removeAll(server).finally(remove)
      if (left.length > 0) console.error(`Could not be removed:\n${left.join('\n')}`)
    }
  } catch (error) {
    await tidyUp()
    throw error
  }
}

export const teardown = () => tidyUp()

interface Found {
  url: string
  adminKey: string
  directory: Directory | undefined
  stop(): Promise<void>
}

async function serverToTest(folder: string): Promise<Found> {
  const { CONCORD_URL: url, CONCORD_ADMIN_KEY: adminKey } = process.env
  if (url && adminKey) return { url, adminKey, directory: directoryOfEnvironment(), stop: async () => {} }
  if (url) throw new Error('CONCORD_ADMIN_KEY is missing: the API key of an admin of the Concord at CONCORD_URL.')
  const own = await ownDirectory(folder)
  const ours = await startOurs(folder, own?.directory).catch((error) => {
    own?.stop()
    throw error
  })
  const stop = async () => {
    await ours.stop()
    own?.stop()
  }
  return { ...ours, directory: own?.directory, stop }
}

function directoryOfEnvironment(): Directory | undefined {
  const { CONCORD_LDAP_URL: url, CONCORD_LDAP_DN: dn, CONCORD_LDAP_PASSWORD: password } = process.env
  return url && dn && password ? { url, dn, password, base: baseOf(dn) } : undefined
}

/** A real OpenLDAP for our server; undefined if it is not installed, or a failure where it is required. */
async function ownDirectory(folder: string): Promise<{ directory: Directory; stop(): unknown } | undefined> {
  const missing = ['slapd', 'ldapadd', 'ldapwhoami'].filter((program) => !find(program))
  if (missing.length > 0) {
    const words = `The tests of directory logins need OpenLDAP: ${missing.join(', ')} not found`
    if (process.env.CI) throw new Error(words)
    console.warn(`${words}. They are skipped.`)
    return undefined
  }
  const { url, admin, stop } = await startDirectory(folder)
  return { directory: { url, ...admin, base: baseOf(admin.dn) }, stop }
}

/** The administrator is an entry directly below the base. */
const baseOf = (dn: string) => dn.slice(dn.indexOf(',') + 1)

async function startOurs(folder: string, directory: Directory | undefined) {
  const adminKey = randomBytes(16).toString('base64')
  const dataDir = join(folder, 'data')
  mkdirSync(dataDir)
  await ensureBuilt(['server'])
  const { url, end } = await startServer(dataDir, {
    ...{ LOG_LEVEL: 'silent', ADMIN_API_KEY: adminKey, ...QUICK_PASSWORDS },
    ...(directory && ldapSettings(directory)),
  })
  return { url, adminKey, stop: async () => void (await end('SIGTERM')) }
}

/** Like Concord's own in scripts/concord/server.mjs. */
const ldapSettings = ({ url, dn, password, base }: Directory) => ({
  ...{ LDAP_URL: url, LDAP_SEARCH_BASE: base, LDAP_BIND_DN: dn, LDAP_BIND_PASSWORD: password },
  LDAP_FILTER: '(cn={1})',
})

async function look(url: string, adminKey: string, ledger: string): Promise<Omit<ServerUnderTest, 'directory'>> {
  const get = (path: string, method = 'GET') =>
    send(url, { method, path, headers: { Authorization: adminKey, 'Content-Type': 'application/json' } })
  const has = async (path: string, method: string) => ![404, 405].includes((await get(path, method)).status)
  const told = (await get('/api/v1/server/version')).json()
  const { status } = await get('/api/service/console/whoami')
  if (status !== 200) throw new Error(`CONCORD_ADMIN_KEY is not a valid key for ${url}: whoami returns ${status}.`)
  writeFileSync(ledger, '')
  return {
    ...{ url, adminKey, ledger },
    version: process.env.CONCORD_VERSION ?? told.version,
    kind: told.commitId === OUR_COMMIT ? 'ours' : 'concord',
    processSessions: await has('/api/x/v1/process-session', 'POST'),
    // An empty body is rejected; without policies, the method is.
    policies: await has('/api/v2/policy', 'POST'),
    run: randomBytes(4).toString('hex'),
  }
}

/** Organizations first: users and roles are easier to remove when they own nothing. */
async function removeAll({ url, adminKey, ledger }: ServerUnderTest): Promise<string[]> {
  if (!existsSync(ledger)) return []
  const paths = readFileSync(ledger, 'utf8').split('\n').filter(Boolean)
  const isOrg = (path: string) => path.startsWith('/api/v1/org/')
  const left: string[] = []
  for (const path of [...paths.filter(isOrg), ...paths.filter((path) => !isOrg(path))]) {
    const { status, text } = await send(url, { method: 'DELETE', path, headers: { Authorization: adminKey } })
    // Things that a test has deleted itself are a 404 here, or a 400 that says so.
    const gone = status === 200 || status === 404 || (status === 400 && text.includes(' not found: '))
    if (!gone) left.push(`${path}: ${status} ${text}`)
  }
  return left
}
