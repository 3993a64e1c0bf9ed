#!/usr/bin/env node
// `npm run test:concord`: runs the conformance suite and the stories in e2e/ against Walmart's own Concord, through our
// gateway. Without the programs it needs, the run is skipped with the reason; with CI=true it fails.
import { existsSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import process from 'node:process'
import { ExpectedError, ensureBuilt, ensureInstalled, ROOT } from '../ensure.mjs'
import { ensurePrograms, UnavailableError } from '../install.mjs'
import { finish, MINUTE, playwright, stage, vitest } from '../stages.mjs'
import { makeDatabase } from './database.mjs'
import { startDirectory } from './directory.mjs'
import { atEnd } from './ending.mjs'
import { startGateway } from './gateway.mjs'
import { unpackRelease, VERSION } from './release.mjs'
import { checkJava, startConcord } from './server.mjs'

const PROGRAMS = ['java', 'mvn', 'psql', 'initdb', 'slapd', 'ldapadd']

const folder = mkdtempSync(join(tmpdir(), 'concord-real-'))
atEnd(() => rmSync(folder, { recursive: true, force: true, maxRetries: 5, retryDelay: 200 }))

const { concord, directory, gateway } = await prepare().catch(endEarly)
console.log(`\nConcord ${concord.version}, behind the console at ${gateway}`)

const environment = {
  CONCORD_URL: gateway,
  CONCORD_ADMIN_KEY: concord.adminKey,
  CONCORD_GATEWAY: 'true',
  CONCORD_LDAP_URL: directory.url,
  CONCORD_LDAP_DN: directory.admin.dn,
  CONCORD_LDAP_PASSWORD: directory.admin.password,
}
if (existsSync(join(ROOT, 'conformance'))) {
  await stage('conformance', () => vitest(['conformance'], 30 * MINUTE, environment))
}
await stage('stories in a browser', () => playwright(30 * MINUTE, environment))
console.log(`\nConcord ${concord.version}`)
finish()

async function prepare() {
  await step('packages', ensureInstalled)
  await step('programs', async () => {
    await ensurePrograms(PROGRAMS)
    await checkJava()
  })
  const release = join(folder, 'release')
  await step(`Concord ${VERSION}`, () => unpackRelease(release))
  const database = await step('database', makeDatabase)
  const directory = await step('directory', () => startDirectory(folder))
  const concord = await step('server', () => startConcord(folder, release, database, directory))
  await step('build', () => ensureBuilt(['server', 'client']))
  const gateway = await step('gateway', () => startGateway(folder, concord.url))
  return { concord, directory, gateway }
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

/**
 * @param {Error} error
 * @returns {never}
 */
function endEarly(error) {
  const skipped = error instanceof UnavailableError
  const good = skipped && process.env.CI !== 'true'
  console.log(`${skipped ? 'Skipped' : 'Failed'}: ${error instanceof ExpectedError ? error.message : error.stack}`)
  console.log(`0 passed, ${good ? 0 : 1} failed`)
  process.exit(good ? 0 : 1)
}
