import { spawnSync } from 'node:child_process'
import { arch, cpus, release, totalmem, type } from 'node:os'
import process from 'node:process'
import { setTimeout as sleep } from 'node:timers/promises'
import { ROOT } from '../scripts/ensure.mjs'
import { NETWORKS, SCENARIOS } from './browser.mjs'
import { CASES, CONNECTIONS } from './requests.mjs'
import { median, number, ratio, spread, table } from './table.mjs'

/**
 * Everything that a run has measured.
 * @typedef {{
 *   machine: string[],
 *   starts: Record<string, number[]>,
 *   syncs: number[],
 *   requests: Awaited<ReturnType<typeof import('./requests.mjs').measureRequests>>,
 *   browser: Awaited<ReturnType<typeof import('./browser.mjs').measureBrowser>>,
 *   concord: string | undefined,
 * }} Run
 */

const LOOK_MS = 3_000
/** From this share of the processor on, the results are marked. */
const BUSY = 0.1

/** The share that is in use now: the load average of the last minute would still show what has ended. */
async function cpuInUse() {
  const times = () =>
    cpus().map(({ times }) => ({ idle: times.idle, all: Object.values(times).reduce((a, b) => a + b) }))
  const before = times()
  await sleep(LOOK_MS)
  const after = times()
  const sum = (/** @type {'idle' | 'all'} */ what) =>
    after.reduce((total, now, i) => total + now[what] - (before[i]?.[what] ?? 0), 0)
  return 1 - sum('idle') / sum('all')
}

/** What the numbers depend on. Ask before the first measurement: it looks at what the machine does besides. */
export async function describeMachine(/** @type {string} */ tool) {
  const [cpu] = cpus()
  const inUse = await cpuInUse()
  const git = (/** @type {string[]} */ ...args) =>
    spawnSync('git', args, { cwd: ROOT, encoding: 'utf8' }).stdout?.trim() ?? ''
  const changed = git('status', '--porcelain') ? ', with changes' : ''
  return [
    `${cpus().length} × ${cpu?.model.trim()}, ${number(totalmem() / 1e9)} GB, ${type()} ${release()} ${arch()}`,
    `${Math.round(100 * inUse)} % of the processor in use before the run${inUse > BUSY ? '. **Another program was running: do not compare.**' : ''}`,
    `Commit ${git('rev-parse', '--short', 'HEAD') || '–'}${changed}, Node ${process.versions.node}, ${tool}`,
  ]
}

/** @param {Run} run */
export function report(run) {
  const { machine, browser, concord } = run
  const versions = [`Chromium ${browser.version}`, ...(concord ? [`Concord ${concord}`] : [])].join(', ')
  return [
    `# ${new Date().toISOString().slice(0, 10)}`,
    [...machine, versions].map((line) => `- ${line}`).join('\n'),
    'Medians, with the smallest and the largest in brackets. What is measured how, and what is fair: [README](../README.md).',
    '## What users notice',
    highlights(run),
    `## Requests: responses per second, ${CONNECTIONS} connections`,
    requests(run),
    '## The server by itself',
    server(run),
    '## Pages: milliseconds to the first row',
    pages(run),
    '## Pages: what they cost',
    costs(run),
    '',
  ].join('\n\n')
}

/** The five numbers of the README. @param {Run} run */
function highlights({ browser, requests, starts }) {
  const row = (/** @type {string} */ name, /** @type {keyof typeof NETWORKS} */ network) => {
    const scenario = SCENARIOS.find((each) => each.name === name)
    const seen = scenario && browser.pages.get(scenario)?.[network]
    return seen ? `${number(median(seen.map(({ ms }) => ms)))} ms` : '–'
  }
  const create = CASES.find(({ name }) => name.startsWith('create'))
  const rate = create && requests.results.get(create)?.ours?.rate
  return table(
    ['', 'median'],
    [
      ['`npm start` until the server listens', `${number(median(starts['later start'] ?? []))} ms`],
      ['the sign-in page, for the first time, slow 4G', row('login, cold', 'CPU ÷4, slow 4G')],
      [
        'the first of 5,000 secrets, for the first time, slow 4G',
        row('first secret row of 5,000, cold', 'CPU ÷4, slow 4G'),
      ],
      ['the first of 100,000 secrets, on a fast computer', row('first secret row of 100,000, warm', 'plain')],
      ['secrets created per second by 16 clients, each on disk', rate ? number(median(rate)) : '–'],
    ],
  )
}

/** @param {Run} run */
function requests({ requests: { results }, concord }) {
  const rows = CASES.map((each) => {
    const { ours, bare, concord: theirs, gateway } = results.get(each) ?? {}
    return [
      `${each.name}${each.as === 'key' ? ', API key' : ''}`,
      ...(concord ? [ratio(ours?.rate, theirs?.rate)] : []),
      ratio(ours?.rate, bare?.rate),
      spread(ours?.rate),
      ...(concord ? [spread(theirs?.rate)] : []),
      spread(bare?.rate),
      latency(ours),
      ...(concord ? [latency(theirs)] : []),
      gateway ? spread(gateway.rate) : '',
    ]
  })
  const peers = concord ? ['ours ÷ Concord', 'ours ÷ bare', 'ours', 'Concord', 'bare'] : ['ours ÷ bare', 'ours', 'bare']
  const latencies = concord ? ['ours: p50 / p99 ms', 'Concord: p50 / p99 ms'] : ['ours: p50 / p99 ms']
  return table(['', ...peers, ...latencies, 'ours through the gateway'], rows)
}

/** @param {{ p50: number[], p99: number[] } | undefined} measured */
const latency = (measured) => (measured ? `${number(median(measured.p50))} / ${number(median(measured.p99))}` : '–')

/** @param {Run} run */
function server({ requests: { results, memory }, starts, syncs }) {
  const rateOf = (/** @type {string} */ start) => {
    const found = CASES.find(({ name }) => name === start)
    return found && results.get(found)?.ours?.rate
  }
  return table(
    ['', 'ratio', ''],
    [
      ['`fdatasync` of 4 KiB per second', '', spread(syncs)],
      ['create ÷ `fdatasync`', ratio(rateOf('create DATA, durable'), syncs), ''],
      ['list: 100 of 100,000 ÷ 100 of 1,000', ratio(rateOf('list, 100 of 100,000'), rateOf('list, 100 of 1,000')), ''],
      ...Object.entries(starts).map(([name, times]) => [`${name}, ms`, '', spread(times)]),
      ['memory after each round, MB', '', spread(memory)],
    ],
  )
}

/** @param {Run} run */
function pages({ browser: { pages, keys } }) {
  const networks = namesOf(keys)
  const few = pages.get(/** @type {never} */ (SCENARIOS.find(({ name }) => name.includes('row of 50,'))))
  const rows = SCENARIOS.map((scenario) => {
    const seen = pages.get(scenario)
    const times = (/** @type {typeof seen} */ of, /** @type {keyof typeof NETWORKS} */ network) =>
      of?.[network]?.map(({ ms }) => ms)
    const isList = scenario.name.startsWith('first secret row')
    return [
      scenario.name,
      isList ? ratio(times(seen, 'plain'), times(few, 'plain')) : '',
      ...networks.map((network) => spread(times(seen, network))),
    ]
  })
  const ofKeys = ['a key in the filter of 5,000 → rows', '', ...networks.map((network) => spread(keys[network]))]
  return table(['', '× 50 secrets, cold, plain', ...networks], [...rows, ofKeys])
}

/** @param {Run} run */
function costs({ browser: { pages, keys } }) {
  const slow = namesOf(keys).find((network) => network !== 'plain')
  const rows = SCENARIOS.map((scenario) => {
    const plain = pages.get(scenario)?.plain ?? []
    const slower = (slow && pages.get(scenario)?.[slow]) || []
    return [
      scenario.name,
      spread(plain.map(({ requests }) => requests)),
      spread(plain.map(({ api }) => api)),
      spread(plain.map(({ bytes }) => bytes / 1000)),
      spread(plain.map(({ heap }) => heap)),
      spread(slower.map(({ longest }) => longest)),
      spread(slower.map(({ blocked }) => blocked)),
    ]
  })
  return table(
    ['', 'requests', 'to the API', 'kB', 'heap, MB', `longest task, ms, ${slow}`, `beyond 50 ms, ms, ${slow}`],
    rows,
  )
}

/** @type {(keys: Run['browser']['keys']) => (keyof typeof NETWORKS)[]} */
const namesOf = (keys) => /** @type {never} */ (Object.keys(NETWORKS).filter((name) => name in keys))
