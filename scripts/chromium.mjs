// Finds a Chromium that starts, or installs one, for the stories in e2e/.
import { execFileSync, spawnSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { delimiter, join } from 'node:path'
import process from 'node:process'
import { setTimeout as sleep } from 'node:timers/promises'
import { ExpectedError, npm } from './ensure.mjs'

/** The headless shell first: the same engine without a browser's own windows, at about half the CPU time. */
const NAMES = [
  'chromium-headless-shell',
  ...['chromium', 'chromium-browser', 'google-chrome-stable', 'google-chrome', 'microsoft-edge'],
]
const MAC = ['Google Chrome', 'Chromium', 'Microsoft Edge'].map(
  (app) => `/Applications/${app}.app/Contents/MacOS/${app}`,
)
const INSTALL_MINUTES = 3

/** Returns the path of a Chromium that starts. Throws an ExpectedError with instructions if there is none. */
export async function findChromium() {
  const { chromium } = await import('@playwright/test')
  if (process.env.CHROMIUM_PATH) {
    const problem = await whyNot(chromium, process.env.CHROMIUM_PATH)
    if (problem) throw new ExpectedError(`CHROMIUM_PATH=${process.env.CHROMIUM_PATH} does not start: ${problem}`)
    return process.env.CHROMIUM_PATH
  }
  /** @type {string[]} */
  const attempts = []
  const found = async () => {
    for (const path of new Set([...systemChromiums(), chromium.executablePath()])) {
      if (!existsSync(path)) continue
      const problem = await whyNot(chromium, path)
      if (!problem) return path
      attempts.push(`${path}: ${problem}`)
    }
  }
  const present = await found()
  if (present) return present

  for (const [what, install] of Object.entries(INSTALLERS)) {
    if (!install.possible()) continue
    console.log(`No Chromium found, installing one (${what}) …`)
    try {
      await install.run()
    } catch (error) {
      attempts.push(`${what}: ${linesOf(error)[0]}`)
    }
    const installed = await found()
    if (installed) return installed
  }
  throw new ExpectedError(
    [
      'The browser tests need Chromium, but it was not found and could not be installed.',
      ...attempts.map((line) => `  ${line}`),
    ]
      .concat('Install it (for instance: apt-get install chromium) or set CHROMIUM_PATH, and run npm test again.')
      .join('\n'),
  )
}

const INSTALLERS = {
  'playwright install': {
    possible: () => true,
    run: () => withinMinutes(npm(['exec', '--', 'playwright', 'install', 'chromium'], 'no download')),
  },
  'apt-get': {
    possible: () => existsSync('/etc/debian_version') && (process.getuid?.() === 0 || canSudo()),
    run: () => {
      const aptGet = (/** @type {string[]} */ ...args) => {
        const command = ['env', 'DEBIAN_FRONTEND=noninteractive', 'apt-get', ...args]
        const [program = '', ...rest] = process.getuid?.() === 0 ? command : ['sudo', '-n', ...command]
        execFileSync(program, rest, { stdio: ['ignore', 'inherit', 'inherit'], timeout: INSTALL_MINUTES * 60_000 })
      }
      aptGet('-q', 'update')
      const install = (/** @type {string} */ name) => aptGet('-qy', 'install', '--no-install-recommends', name)
      try {
        install('chromium-headless-shell')
      } catch {
        // Ubuntu and older Debians do not have it.
        install('chromium')
      }
    },
  },
}

function* systemChromiums() {
  for (const name of NAMES) for (const folder of (process.env.PATH ?? '').split(delimiter)) yield join(folder, name)
  if (process.platform === 'darwin') yield* MAC
}

/**
 * Returns in one line why a browser cannot be used, or undefined if it can.
 * @param {import('@playwright/test').BrowserType} chromium
 * @param {string} executablePath
 */
async function whyNot(chromium, executablePath) {
  try {
    const browser = await chromium.launch({ executablePath, args: ['--no-sandbox', '--disable-gpu'], timeout: 30_000 })
    await browser.close()
    return undefined
  } catch (error) {
    const lines = linesOf(error)
    return (lines.find((line) => /error while loading|cannot|failed|not found/i.test(line)) ?? lines[0])?.trim()
  }
}

const linesOf = (/** @type {unknown} */ error) => String(error instanceof Error ? error.message : error).split('\n')

const canSudo = () => spawnSync('sudo', ['-n', 'true'], { stdio: 'ignore' }).status === 0

/** @param {Promise<void>} installed */
function withinMinutes(installed) {
  const late = async () => {
    await sleep(INSTALL_MINUTES * 60_000, undefined, { ref: false })
    throw new Error(`took longer than ${INSTALL_MINUTES} minutes`)
  }
  return Promise.race([installed, late()])
}
