#!/usr/bin/env node
// `npm run bench`: measures everything side by side in one run, so that ratios are comparable on any machine, and writes
// it to bench/results, by date. `-- --concord` adds a real Concord, `-- --rounds 5` measures everything five times instead
// of three times, `-- --quick` once and on two networks, and writes to dist/bench instead.
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, relative } from 'node:path'
import process from 'node:process'
import { parseArgs } from 'node:util'
import { ExpectedError, ensureBuilt, ensureInstalled, ROOT } from '../scripts/ensure.mjs'

const { values } = parseArgs({
  options: {
    quick: { type: 'boolean', default: false },
    concord: { type: 'boolean', default: false },
    rounds: { type: 'string', default: '3' },
  },
})
const rounds = values.quick ? 1 : Number(values.rounds)
if (!(rounds >= 1 && rounds <= 20)) throw new Error('--rounds must be a number from 1 to 20')
await ensureInstalled()
await ensureBuilt(['server', 'client'])
// What is imported only now may need packages.
const { ensureTool, TOOL } = await import('./load.mjs')
const { measureBrowser, NETWORKS } = await import('./browser.mjs')
const { syncsPerSecond } = await import('./disk.mjs')
const { createSecrets, givenUser, insertSecrets, LISTS } = await import('./given.mjs')
const { describeMachine, report } = await import('./report.mjs')
const { measureRequests, targetOf } = await import('./requests.mjs')
const { startOurs } = await import('./servers.mjs')

const began = performance.now()
const folder = mkdtempSync(join(tmpdir(), 'concord-bench-'))
process.on('exit', () => rmSync(folder, { recursive: true, force: true, maxRetries: 5, retryDelay: 200 }))

await ensureTool()
const machine = await describeMachine(TOOL)
for (const line of machine) console.log(line)
const concord = values.concord ? await step('Concord', givenConcord) : undefined
const starts = await step('starts', measureStarts)
const { ours, user } = await step('data', givenOurs)
const gateway = await startOurs('', { CONCORD_URL: ours.url })
const target = await targetOf(ours.url, user.key)
const syncs = [0, 1, 2].map(() => syncsPerSecond(folder, 0.5))
const requests = await step('requests', () =>
  measureRequests(
    {
      ours: { ...target, pid: ours.pid },
      gateway: { ...target, url: gateway.url },
      ...(concord ? { concord: concord.target } : {}),
    },
    { rounds, seconds: values.quick ? 1 : 2, warmUp: !values.quick },
  ),
)
// It would take time from the browser.
concord?.stop()
const all = /** @type {(keyof typeof NETWORKS)[]} */ (Object.keys(NETWORKS))
const networks = values.quick ? all.filter((name) => name !== 'CPU ÷4') : all
const browser = await step('browser', () =>
  measureBrowser({ url: ours.url, cookie: target.headers.session.Cookie ?? '' }, { rounds, networks }),
)
await gateway.stop()
await ours.stop()

const text = report({ machine, starts, syncs, requests, browser, concord: concord?.version })
const out = values.quick
  ? join(ROOT, 'dist/bench/quick.md')
  : join(ROOT, 'bench/results', `${new Date().toISOString().slice(0, 10)}.md`)
mkdirSync(join(out, '..'), { recursive: true })
writeFileSync(out, text)
console.log(`\n${text}\n${relative(ROOT, out)}, after ${Math.round((performance.now() - began) / 1000)} s`)
// Listeners of Concord's processes.
process.exit(0)

/** From the command to "listening", with everything built. */
async function measureStarts() {
  const dataDir = join(folder, 'starts')
  /** @type {Record<string, number[]>} */
  const times = { 'first start, with sample data': [], 'later start': [] }
  for (let i = 0; i <= (values.quick ? 1 : 5); i++) {
    const { ms, stop } = await startOurs(dataDir, { SAMPLE_DATA: 'on' })
    times[i === 0 ? 'first start, with sample data' : 'later start']?.push(ms)
    await stop()
  }
  return times
}

async function givenOurs() {
  const dataDir = join(folder, 'data')
  const first = await startOurs(dataDir)
  const user = await givenUser(first, Object.keys(LISTS))
  await first.stop()
  insertSecrets(dataDir, user, LISTS)
  return { user, ours: await startOurs(dataDir) }
}

/** Starts it as `npm run test:concord` does, with one of the lists. */
async function givenConcord() {
  const { startRealConcord } = await import('../scripts/concord/suites.mjs')
  const { concord } = await startRealConcord()
  const user = await givenUser(concord, ['many'])
  await createSecrets(concord, user, { many: LISTS.many })
  return { target: await targetOf(concord.url, user.key), version: concord.version, stop: concord.stop }
}

/**
 * @template T
 * @param {string} name
 * @param {() => Promise<T>} run
 */
async function step(name, run) {
  const before = performance.now()
  try {
    const result = await run()
    console.log(`━━ ${name}: ${((performance.now() - before) / 1000).toFixed(1)} s`)
    return result
  } catch (error) {
    if (!(error instanceof ExpectedError)) throw error
    console.error(error.message)
    process.exit(1)
  }
}
