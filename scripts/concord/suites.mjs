// Walmart's own Concord with what it needs, behind our gateway; and the tests that run against it.
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import process from 'node:process'
import { ensureBuilt } from '../ensure.mjs'
import { ensurePrograms, UnavailableError } from '../install.mjs'
import { MINUTE, playwright, stage, vitest } from '../stages.mjs'
import { makeDatabase } from './database.mjs'
import { startDirectory } from './directory.mjs'
import { atEnd } from './ending.mjs'
import { startGateway } from './gateway.mjs'
import { unpackRelease, VERSION } from './release.mjs'
import { checkJava, startConcord } from './server.mjs'

export const PROGRAMS = ['java', 'mvn', 'psql', 'initdb', 'slapd', 'ldapadd']

/** Starts it, to be stopped when this process ends. Throws an UnavailableError where a program cannot be installed. */
export async function startRealConcord() {
  const folder = mkdtempSync(join(tmpdir(), 'concord-real-'))
  atEnd(() => rmSync(folder, { recursive: true, force: true, maxRetries: 5, retryDelay: 200 }))
  await step('programs', async () => {
    await ensurePrograms(PROGRAMS)
    await checkJava()
  })
  const release = join(folder, 'release')
  await step(`Concord ${VERSION}`, () => unpackRelease(release))
  const database = await step('database', makeDatabase)
  const directory = await step('directory', () => startDirectory(folder))
  const concord = await step('server', () => startConcord(folder, release, database, directory))
  return { folder, directory, concord }
}

/** The same, behind our gateway. */
export async function prepareConcord() {
  const { folder, directory, concord } = await startRealConcord()
  await step('build', () => ensureBuilt(['server', 'client']))
  const gateway = await step('gateway', () => startGateway(folder, concord.url))
  return { concord, directory, gateway }
}

/**
 * The conformance suite, and the stories in which Concord decides: those tagged `@concord`, or all of them. Returns
 * whether there was a Concord to test; with CI=true its absence is a failure.
 * @param {ReturnType<typeof prepareConcord>} preparing
 * @param {{ all: boolean }} options
 */
export async function testConcord(preparing, { all }) {
  let prepared
  try {
    prepared = await preparing
  } catch (error) {
    if (error instanceof UnavailableError && process.env.CI !== 'true') {
      console.log(`\nskipped: the tests on Walmart's own Concord. ${error.message}`)
      return false
    }
    await stage('Concord', () => {
      throw error
    })
    return true
  }
  const { concord, directory, gateway } = prepared
  console.log(`\nConcord ${concord.version}, behind the console at ${gateway}`)
  const environment = {
    CONCORD_URL: gateway,
    CONCORD_ADMIN_KEY: concord.adminKey,
    CONCORD_GATEWAY: 'true',
    CONCORD_LDAP_URL: directory.url,
    CONCORD_LDAP_DN: directory.admin.dn,
    CONCORD_LDAP_PASSWORD: directory.admin.password,
  }
  const args = all ? [] : ['--grep=@concord']
  const on = `on Concord ${concord.version}`
  await stage(`conformance ${on}`, () => vitest(['conformance'], 30 * MINUTE, { environment }))
  await stage(`stories in a browser ${on}`, () => playwright(30 * MINUTE, { args, environment }))
  return true
}

/**
 * @template T
 * @param {string} name
 * @param {() => T | Promise<T>} run
 */
async function step(name, run) {
  const before = Date.now()
  const result = await run()
  console.log(`━━ ${name}: ${((Date.now() - before) / 1000).toFixed(1)} s`)
  return result
}
