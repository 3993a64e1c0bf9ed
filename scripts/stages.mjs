// Shared by `npm test` and `npm run test:concord`: stages that count tests, and the test runners.
import { spawn } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, relative } from 'node:path'
import process from 'node:process'
import { stripVTControlCharacters } from 'node:util'
import { ExpectedError, ROOT } from './ensure.mjs'

export const MINUTE = 60_000
const LINES_OF_ERROR = 8
/** The exit code after a timeout, like that of the command `timeout`. */
const TOO_LATE = 124
export const NOTHING_COUNTED = { passed: 0, failed: 0 }

/** @typedef {{ passed: number, failed: number, names?: string[] }} Counts with the names of what failed */

const total = { passed: 0, failed: 0 }
/** @type {{ name: string, failed: number, names?: string[] }[]} */
const failures = []

/**
 * Runs a stage and adds its counts. A stage that throws counts as one failure, and the others still run.
 * @param {string} name
 * @param {() => Counts | Promise<Counts>} run
 */
export async function stage(name, run) {
  const started = Date.now()
  console.log(`\n━━ ${name}`)
  /** @type {Counts} */
  let counts
  try {
    counts = await run()
  } catch (error) {
    console.error(error instanceof ExpectedError ? error.message : error)
    counts = { passed: 0, failed: 1 }
  }
  total.passed += counts.passed
  total.failed += counts.failed
  if (counts.failed > 0) failures.push({ name, ...counts })
  console.log(
    `━━ ${name}: ${counts.passed} passed, ${counts.failed} failed, ${Math.round((Date.now() - started) / 1000)} s`,
  )
}

/**
 * Prints the names of failed tests, so that the end of a log is enough, and the totals as the last line; then exits.
 */
export function finish() {
  for (const { name, failed, names = [] } of failures) {
    console.log(`failed: ${name} (${failed})`)
    for (const test of names) console.log(`failed: ${name}: ${test}`)
  }
  console.log(`${total.passed} passed, ${total.failed} failed`)
  process.exit(total.failed === 0 && total.passed > 0 ? 0 : 1)
}

/**
 * A program that passes or fails as a whole.
 * @param {string} program
 * @param {string[]} args
 */
export async function check(program, args) {
  return (await runNode(program, args, 30 * MINUTE)) === 0 ? { passed: 1, failed: 0 } : { passed: 0, failed: 1 }
}

/**
 * @param {string[]} projects
 * @param {number} limit
 * @param {{ files?: string[], environment?: NodeJS.ProcessEnv, node?: string }} [options] `files` are folders or parts of names
 */
export async function vitest(projects, limit, { files = [], environment, node } = {}) {
  /** @type {{ code: number, report: import('vitest/node').JsonTestResults }} */
  const { code, report } = await withReport((file) =>
    runNode(
      bin('vitest', 'vitest.mjs'),
      [
        ...['run', ...files, ...projects.map((project) => `--project=${project}`)],
        ...['--reporter=default', '--reporter=json', `--outputFile.json=${file}`],
      ],
      limit,
      environment,
      node,
    ),
  )
  const { numPassedTests, numFailedTests, testResults } = report
  // A file that failed to load has no failed tests.
  const broken = testResults.filter(
    ({ status, assertionResults }) => status === 'failed' && assertionResults.length === 0,
  )
  const names = testResults.flatMap(({ name: file, assertionResults }) =>
    assertionResults
      .filter(({ status }) => status === 'failed')
      .map(({ fullName, failureMessages }) => named(`${relative(ROOT, file)} › ${fullName}`, failureMessages?.[0])),
  )
  names.push(...broken.map(({ name: file }) => `${relative(ROOT, file)} could not be loaded`))
  return honest({ passed: numPassedTests, failed: numFailedTests + broken.length, names }, code)
}

/**
 * @param {number} limit
 * @param {{ args?: string[], environment?: NodeJS.ProcessEnv }} [options]
 */
export async function playwright(limit, { args = [], environment } = {}) {
  const { findChromium } = await import('./chromium.mjs')
  const chromium = await findChromium()
  console.log(`Chromium: ${chromium}`)
  /** @type {{ code: number, report: import('@playwright/test/reporter').JSONReport }} */
  const { code, report } = await withReport((file) =>
    runNode(bin('@playwright/test', 'cli.js'), ['test', '--reporter=list,json', ...args], limit, {
      CHROMIUM_PATH: chromium,
      PLAYWRIGHT_JSON_OUTPUT_FILE: file,
      ...environment,
    }),
  )
  const stories = report.suites.flatMap(storiesOf)
  for (const line of leftOut(stories)) console.log(`skipped: ${line}`)
  const { expected, unexpected, flaky } = report.stats
  const names = stories
    .filter(({ status }) => status === 'unexpected' || status === 'flaky')
    .map(({ file, line, title, results }) =>
      named(`${file}:${line} › ${title}`, results.flatMap(({ errors }) => errors)[0]?.message),
    )
  return honest({ passed: expected, failed: unexpected + flaky, names }, code)
}

/**
 * A failed test and the first lines of its error, without colours: the end of a log must be enough to see why.
 * @param {string} test
 * @param {string | undefined} error
 */
function named(test, error) {
  const lines = stripVTControlCharacters(error ?? 'no error given')
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '')
  return [test, ...lines.slice(0, LINES_OF_ERROR)].join('\n    ')
}

/** @typedef {import('@playwright/test/reporter').JSONReportSpec['tests'][number]} Test as Playwright reports it */
/** @typedef {Test & { file: string, line: number, title: string }} Story */

/**
 * @param {import('@playwright/test/reporter').JSONReportSuite} suite
 * @returns {Story[]}
 */
function storiesOf({ suites = [], specs }) {
  return [
    ...specs.flatMap(({ file, line, title, tests }) => tests.map((test) => ({ file, line, title, ...test }))),
    ...suites.flatMap(storiesOf),
  ]
}

/**
 * Returns the reasons why stories were skipped, with their number.
 * @param {Story[]} stories
 */
function leftOut(stories) {
  const counts = new Map()
  for (const { status, annotations } of stories) {
    if (status !== 'skipped') continue
    const reason = annotations.find(({ type }) => type === 'skip')?.description ?? 'no reason given'
    counts.set(reason, (counts.get(reason) ?? 0) + 1)
  }
  return [...counts].map(([reason, count]) => `${count} × ${reason}`)
}

/**
 * A runner that failed without a failed test, or was stopped early, counts as a failure.
 * @param {Counts} counts
 * @param {number} code
 */
function honest(counts, code) {
  if (code === TOO_LATE) return { ...counts, failed: counts.failed + 1 }
  return { ...counts, failed: counts.failed === 0 && code !== 0 ? 1 : counts.failed }
}

/** @param {(file: string) => Promise<number>} run */
async function withReport(run) {
  const folder = mkdtempSync(join(tmpdir(), 'concord-tests-'))
  try {
    const file = join(folder, 'report.json')
    const code = await run(file)
    return { code, report: JSON.parse(readFileSync(file, 'utf8')) }
  } catch (error) {
    throw /** @type {NodeJS.ErrnoException} */ (error).code === 'ENOENT'
      ? new ExpectedError('The tests did not finish.')
      : error
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

/**
 * @param {string} name of a package
 * @param {string} file
 */
export function bin(name, file) {
  return join(ROOT, 'node_modules', ...name.split('/'), ...file.split('/'))
}

/**
 * Runs a package's script without input, with its output shown here, and returns its exit code.
 * @param {string} script
 * @param {string[]} args
 * @param {number} limit
 * @param {NodeJS.ProcessEnv} environment
 * @returns {Promise<number>}
 */
export function runNode(script, args, limit, environment = {}, node = process.execPath) {
  return new Promise((resolve, reject) => {
    const child = spawn(node, [script, ...args], {
      cwd: ROOT,
      stdio: ['ignore', 'inherit', 'inherit'],
      env: { ...process.env, ...environment },
    })
    let late = false
    const timer = setTimeout(() => {
      console.error(`Stopped after ${limit / MINUTE} minutes.`)
      late = true
      end()
    }, limit)
    // SIGINT, because the runners then stop the servers and browsers that they have started.
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
      resolve(late ? TOO_LATE : (code ?? 1))
    })
  })
}
