// What a user waits for, in a real Chromium: from opening an address to the first row, by network, and from a key in the
// filter to its rows.
import { chromium } from '@playwright/test'
import { findChromium } from '../scripts/chromium.mjs'
import { LISTS } from './given.mjs'

/**
 * @typedef {'plain' | 'CPU ÷4' | 'CPU ÷4, slow 4G'} Network
 * @typedef {{ name: string, path: string, row: string, cold: boolean, anonymous?: true }} Scenario
 * @typedef {{ ms: number, requests: number, api: number, bytes: number, longest: number, blocked: number, heap: number }} Seen
 *   milliseconds to the first row; requests, those to the API, and bytes until nothing more is asked for; the longest
 *   task and the sum of what tasks take beyond 50 ms, in milliseconds; the heap after a collection, in MB
 */

/** @type {Record<Network, { slowdown: number, line?: { latency: number, down: number, up: number } }>} */
export const NETWORKS = {
  plain: { slowdown: 1 },
  'CPU ÷4': { slowdown: 4 },
  // 1.6 and 0.75 Mbit/s, in bytes per second; milliseconds.
  'CPU ÷4, slow 4G': { slowdown: 4, line: { latency: 150, down: 200_000, up: 93_750 } },
}

const ROW = 'main table tbody tr'
/** @type {Scenario[]} */
export const SCENARIOS = [
  { name: 'login, cold', path: '/login', row: 'form button[type=submit]', cold: true, anonymous: true },
  { name: 'organizations (50 of 204), cold', path: '/org', row: ROW, cold: true },
  ...[LISTS.few, LISTS.many, LISTS.most].flatMap((count) => {
    const org = Object.entries(LISTS).find(([, each]) => each === count)?.[0]
    return [true, false].map((cold) => ({
      name: `first secret row of ${count.toLocaleString('en-US')}, ${cold ? 'cold' : 'warm'}`,
      path: `/org/${org}/secret`,
      row: ROW,
      cold,
    }))
  }),
  { name: 'secret, cold', path: '/org/many/secret/with-a-value/info', row: 'main dl', cold: true },
  { name: 'settings of a secret, cold', path: '/org/many/secret/with-a-value/settings', row: 'main form', cold: true },
]

/** The keys of the filter that are measured: the last one finds one secret, the first nearly all. */
const FILTER = '0424'

/**
 * @param {{ url: string, cookie: string }} given a session
 * @param {{ rounds: number, networks: Network[] }} options
 */
export async function measureBrowser({ url, cookie }, { rounds, networks }) {
  const browser = await chromium.launch({
    executablePath: await findChromium(),
    args: ['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking'],
  })
  try {
    const state = await signedIn(browser, url, cookie)
    /** @type {Map<Scenario, Partial<Record<Network, Seen[]>>>} */
    const pages = new Map(SCENARIOS.map((each) => [each, {}]))
    /** @type {Partial<Record<Network, number[]>>} */
    const keys = {}
    for (let round = 0; round < rounds; round++) {
      for (const network of networks) {
        for (const [scenario, seen] of pages) {
          const context = await browser.newContext(scenario.anonymous ? {} : { storageState: state })
          const open = () => visit(context, url + scenario.path, scenario.row, NETWORKS[network])
          // The cache of the browser is empty in a new context.
          if (!scenario.cold) await open()
          seen[network] = [...(seen[network] ?? []), await open()]
          await context.close()
        }
        const context = await browser.newContext({ storageState: state })
        const ofRound = await timeKeys(context, `${url}/org/many/secret`, NETWORKS[network])
        keys[network] = [...(keys[network] ?? []), ...ofRound]
        await context.close()
      }
    }
    return { pages, keys, version: browser.version() }
  } finally {
    await browser.close()
  }
}

/**
 * What a browser keeps of a visit: its cookies, and that it has a session.
 * @param {import('@playwright/test').Browser} browser
 * @param {string} url
 * @param {string} cookie
 */
async function signedIn(browser, url, cookie) {
  const context = await browser.newContext()
  const [name = '', value = ''] = cookie.split('=')
  await context.addCookies([{ name, value, url, httpOnly: true, sameSite: 'Lax' }])
  const page = await context.newPage()
  await page.goto(`${url}/org`)
  await page.locator(ROW).first().waitFor()
  const state = await context.storageState()
  await context.close()
  return state
}

/**
 * @param {import('@playwright/test').BrowserContext} context
 * @param {string} address
 * @param {string} row
 * @param {typeof NETWORKS[Network]} network
 * @returns {Promise<Seen>}
 */
async function visit(context, address, row, network) {
  const page = await context.newPage()
  const devTools = await throttled(context, page, network)
  const traffic = trafficOf(devTools)
  await page.addInitScript(watch, row)
  await page.goto(address, { waitUntil: 'commit' })
  const isShown = () => Reflect.get(globalThis, 'bench')?.shown !== undefined
  await page.waitForFunction(isShown, undefined, { polling: 50, timeout: 120_000 })
  await traffic.isOver()
  /** @type {{ shown: number, tasks: number[] }} */
  const { shown, tasks } = await page.evaluate(() => Reflect.get(globalThis, 'bench'))
  await devTools.send('HeapProfiler.collectGarbage')
  const { usedSize } = await devTools.send('Runtime.getHeapUsage')
  await page.close()
  return {
    ms: shown,
    requests: traffic.requests(),
    api: traffic.api(),
    bytes: traffic.bytes(),
    longest: Math.max(0, ...tasks),
    blocked: tasks.reduce((sum, task) => sum + task - 50, 0),
    heap: usedSize / 1e6,
  }
}

/** Runs in the page, before its scripts: notes when the row is there, by the page's own clock, and long tasks. */
function watch(/** @type {string} */ row) {
  const bench = { shown: /** @type {number | undefined} */ (undefined), tasks: /** @type {number[]} */ ([]) }
  Object.assign(globalThis, { bench })
  new PerformanceObserver((list) => {
    for (const { duration } of list.getEntries()) bench.tasks.push(duration)
  }).observe({ type: 'longtask', buffered: true })
  const look = () => {
    if (document.querySelector(row)) bench.shown = performance.now()
    else requestAnimationFrame(look)
  }
  look()
}

/**
 * @param {import('@playwright/test').BrowserContext} context
 * @param {import('@playwright/test').Page} page
 * @param {typeof NETWORKS[Network]} network
 */
async function throttled(context, page, { slowdown, line }) {
  const devTools = await context.newCDPSession(page)
  await devTools.send('Network.enable')
  await devTools.send('Emulation.setCPUThrottlingRate', { rate: slowdown })
  if (line)
    await devTools.send('Network.emulateNetworkConditions', {
      offline: false,
      latency: line.latency,
      downloadThroughput: line.down,
      uploadThroughput: line.up,
    })
  return devTools
}

/** @param {import('@playwright/test').CDPSession} devTools */
function trafficOf(devTools) {
  let requests = 0
  let api = 0
  let bytes = 0
  /** @type {Set<string>} */
  const open = new Set()
  let lastChange = performance.now()
  const close = (/** @type {string} */ id) => {
    open.delete(id)
    lastChange = performance.now()
  }
  devTools.on('Network.requestWillBeSent', ({ requestId, request }) => {
    if (!request.url.startsWith('http')) return
    open.add(requestId)
    requests++
    if (new URL(request.url).pathname.startsWith('/api/')) api++
    lastChange = performance.now()
  })
  // What comes from the cache is no request.
  devTools.on('Network.requestServedFromCache', () => requests--)
  devTools.on('Network.responseReceived', ({ response }) => {
    if (response.fromDiskCache) requests--
  })
  devTools.on('Network.loadingFinished', ({ requestId, encodedDataLength }) => {
    bytes += encodedDataLength
    close(requestId)
  })
  devTools.on('Network.loadingFailed', ({ requestId }) => close(requestId))
  const isQuiet = () => open.size === 0 && performance.now() - lastChange > QUIET
  return {
    requests: () => requests,
    api: () => api,
    bytes: () => bytes,
    /** Resolves when nothing is on its way and nothing new was asked for. */
    isOver: async () => {
      const deadline = performance.now() + 120_000
      while (!isQuiet() && performance.now() < deadline) await new Promise((resolve) => setTimeout(resolve, 50))
    },
  }
}

/** Milliseconds without a request. */
const QUIET = 300

/**
 * From each key in the filter to the frame that shows its rows, measured in the browser.
 * @param {import('@playwright/test').BrowserContext} context
 * @param {string} address
 * @param {typeof NETWORKS[Network]} network
 */
async function timeKeys(context, address, network) {
  const page = await context.newPage()
  const devTools = await throttled(context, page, network)
  const traffic = trafficOf(devTools)
  await page.goto(address)
  await page.locator(ROW).first().waitFor({ timeout: 120_000 })
  await traffic.isOver()
  const field = page.getByRole('searchbox')
  await field.evaluate((input) => {
    input.addEventListener('input', () => {
      const start = performance.now()
      requestAnimationFrame(() => setTimeout(() => performance.measure('key', { start })))
    })
  })
  await field.pressSequentially(FILTER)
  await page.waitForFunction((keys) => performance.getEntriesByName('key').length === keys, FILTER.length)
  return page.evaluate(() => performance.getEntriesByName('key').map(({ duration }) => duration))
}
