#!/usr/bin/env node
// `npm test`: types, lint, unit and server tests, budgets, stories in a browser. All of them, whatever fails before, and
// at the end one line: `N passed, N failed`.
import { spawn } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import process from 'node:process'

const MINUTE = 60_000
const [major, minor] = process.versions.node.split('.').map(Number)
if (major < 20 || (major === 20 && minor < 19)) {
  console.error(`Node ${process.versions.node} is too old: this program needs 20.19 or newer. See https://nodejs.org`)
  process.exit(1)
}

const { ensureBuilt, ensureInstalled, ROOT } = await import('./ensure.mjs')
const reports = mkdtempSync(join(tmpdir(), 'concord-tests-'))
const total = { passed: 0, failed: 0 }
const failures = []

await stage('packages', async () => {
  await ensureInstalled()
  return { passed: 0, failed: 0 }
})
await stage('types', () => check(bin('typescript', 'bin/tsc'), ['--noEmit']))
await stage('lint', () => check(bin('@biomejs/biome', 'bin/biome'), ['ci', '.']))
await stage('unit and server tests', unitTests)
await stage('build and budgets', budgets)
await stage('stories in a browser', stories)

rmSync(reports, { recursive: true, force: true })
for (const failure of failures) console.log(`failed: ${failure}`)
console.log(`${total.passed} passed, ${total.failed} failed`)
process.exit(total.failed === 0 && total.passed > 0 ? 0 : 1)

/** Runs a stage and adds its counts; one that breaks is one failure and does not keep the others from running. */
async function stage(name, run) {
  const started = Date.now()
  console.log(`\n━━ ${name}`)
  let counts
  try {
    counts = await run()
  } catch (error) {
    console.error(error.expected ? error.message : error)
    counts = { passed: 0, failed: 1 }
  }
  total.passed += counts.passed
  total.failed += counts.failed
  if (counts.failed > 0) failures.push(`${name} (${counts.failed})`)
  console.log(
    `━━ ${name}: ${counts.passed} passed, ${counts.failed} failed, ${Math.round((Date.now() - started) / 1000)} s`,
  )
}

async function check(program, args) {
  return (await runNode(program, args, 3 * MINUTE)) === 0 ? { passed: 1, failed: 0 } : { passed: 0, failed: 1 }
}

async function unitTests() {
  const report = join(reports, 'vitest.json')
  const args = [
    'run',
    '--project=src',
    '--project=server',
    '--reporter=default',
    '--reporter=json',
    `--outputFile.json=${report}`,
  ]
  const code = await runNode(bin('vitest', 'vitest.mjs'), args, 5 * MINUTE)
  const { numPassedTests, numFailedTests, testResults } = readReport(report)
  // A file that could not even be loaded has no tests to fail.
  const broken = testResults.filter(
    ({ status, assertionResults }) => status === 'failed' && assertionResults.length === 0,
  )
  return honest({ passed: numPassedTests, failed: numFailedTests + broken.length }, code)
}

async function budgets() {
  await ensureBuilt(['server', 'client'])
  const { checkBudgets } = await import('./budgets.mjs')
  const results = checkBudgets()
  for (const { ok, said } of results) console.log(`${ok ? 'ok  ' : 'OVER'} ${said}`)
  const passed = results.filter(({ ok }) => ok).length
  return { passed, failed: results.length - passed }
}

async function stories() {
  const { findChromium } = await import('./chromium.mjs')
  const chromium = await findChromium()
  console.log(`Chromium: ${chromium}`)
  const report = join(reports, 'playwright.json')
  const environment = { CHROMIUM_PATH: chromium, PLAYWRIGHT_JSON_OUTPUT_FILE: report }
  const args = ['test', '--reporter=list,json']
  const code = await runNode(bin('@playwright/test', 'cli.js'), args, 7 * MINUTE, environment)
  const { stats } = readReport(report)
  return honest({ passed: stats.expected, failed: stats.unexpected + stats.flaky }, code)
}

/** A runner that failed without a failed test has failed all the same. */
function honest({ passed, failed }, code) {
  return { passed, failed: failed === 0 && code !== 0 ? 1 : failed }
}

function readReport(file) {
  try {
    return JSON.parse(readFileSync(file, 'utf8'))
  } catch {
    throw Object.assign(new Error('The tests did not come to their end.'), { expected: true })
  }
}

function bin(name, file) {
  return join(ROOT, 'node_modules', ...name.split('/'), ...file.split('/'))
}

/** Runs a script of a package with its output here and no input; answers its exit code, 124 when it took too long. */
function runNode(script, args, limit, environment = {}) {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [script, ...args], {
      cwd: ROOT,
      stdio: ['ignore', 'inherit', 'inherit'],
      env: { ...process.env, CI: 'true', ...environment },
    })
    let late = false
    const timer = setTimeout(() => {
      console.error(`Stopped after ${limit / MINUTE} minutes.`)
      late = true
      end()
    }, limit)
    // An interrupt, because the runners then stop the servers and browsers that they have started.
    const end = () => {
      child.kill('SIGINT')
      setTimeout(() => child.kill('SIGKILL'), 10_000).unref()
    }
    const onSignal = () => {
      end()
      child.on('exit', () => process.exit(1))
    }
    process.once('SIGINT', onSignal).once('SIGTERM', onSignal)
    child.on('error', reject)
    child.on('exit', (code) => {
      clearTimeout(timer)
      process.off('SIGINT', onSignal).off('SIGTERM', onSignal)
      resolve(late ? 124 : (code ?? 1))
    })
  })
}
