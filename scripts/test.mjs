#!/usr/bin/env node
// `npm test`: types, lint, unit and server tests, budgets, the contract, stories in a browser. Runs all of them even if
// one fails, and ends with one line: `N passed, N failed`. With `--concord`, `npm run test:concord` as well, whose
// server starts meanwhile.
import { join } from 'node:path'
import process from 'node:process'

const [major = 0, minor = 0] = process.versions.node.split('.').map(Number)
if (major < 20 || (major === 20 && minor < 19)) {
  console.error(`Node ${process.versions.node} is too old: this program needs 20.19 or newer. See https://nodejs.org`)
  process.exit(1)
}

const { ensureBuilt, ensureInstalled, ROOT } = await import('./ensure.mjs')
const { OTHER_NODE, serverTestsOnOtherNode, WHERE_NODE_MATTERS } = await import('./otherNode.mjs')
const { bin, check, finish, MINUTE, NOTHING_COUNTED, playwright, stage, vitest } = await import('./stages.mjs')
const { PROGRAMS, prepareConcord, testConcord } = await import('./concord/suites.mjs')

const withConcord = process.argv.includes('--concord')

await stage('packages', async () => {
  await ensureInstalled()
  await realPrograms()
  return NOTHING_COUNTED
})
// Once: all stages run this build.
await stage('build and budgets', budgets)
// It takes a minute to start, and is wanted last.
const concord = withConcord ? prepareConcord() : undefined
concord?.catch(() => {})
// From scratch: what tsc remembers misses a changed `lib` (7.0.2).
await stage('types', () => check(bin('typescript', 'bin/tsc'), ['-b', '--force']))
await stage('lint', () => check(bin('@biomejs/biome', 'bin/biome'), ['ci', '.']))
await stage('imports', () => check(join(ROOT, 'scripts/imports.mjs'), []))
// The limits only guard against hanging: on a busy machine everything takes several times as long.
await stage('unit and server tests', () => vitest(['src', 'server'], 30 * MINUTE))
if (process.env.CI === 'true')
  await stage(`server tests on Node ${OTHER_NODE}`, () => serverTestsOnOtherNode(WHERE_NODE_MATTERS))
else
  console.log(
    `\nskipped: server tests on Node ${OTHER_NODE}. Run them with npm run test:node24; with CI=true some of them always run`,
  )
await stage('conformance', () => vitest(['conformance'], 30 * MINUTE))
await stage('stories in a browser', () => playwright(30 * MINUTE))
if (concord) await testConcord(concord, { all: false })
finish()

async function budgets() {
  await ensureBuilt(['server', 'client'])
  const { checkBudgets } = await import('./budgets.mjs')
  const results = checkBudgets()
  for (const { ok, said } of results) console.log(`${ok ? 'ok  ' : 'OVER'} ${said}`)
  const passed = results.filter(({ ok }) => ok).length
  return { passed, failed: results.length - passed }
}

/**
 * The real programs that some tests need. A test whose program cannot be installed is skipped, or fails with CI=true.
 */
async function realPrograms() {
  const { ensurePrograms } = await import('./install.mjs')
  // Those of Concord in the same go: apt-get does not run twice at once.
  const programs = ['slapd', 'ldapadd', 'openssl', 'nginx', ...(withConcord ? PROGRAMS : [])]
  await ensurePrograms(programs).catch((error) => console.warn(error.message))
}
