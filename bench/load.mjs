// node bench/load.mjs '{"url": …}': loads a server for some seconds and prints {rate, p50, p99, failed} as JSON. A program
// of its own, so that it takes no time from the server's. wrk where it is installed, otherwise autocannon, which is
// slower: it then is the limit of the fastest servers.
import { execFileSync } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import process from 'node:process'
import { pathToFileURL } from 'node:url'
import { npm, ROOT } from '../scripts/ensure.mjs'
import { find } from '../scripts/install.mjs'

/**
 * `{n}` in the body or at the end of the URL is replaced by another name each time.
 * @typedef {{ url: string, method?: string, headers: Record<string, string>, body?: string, connections: number, seconds: number }} Load
 * @typedef {{ rate: number, p50: number, p99: number, failed: number }} Loaded responses per second; milliseconds; requests
 */

export const TOOL = find('wrk') ? 'wrk' : 'autocannon'

const VERSION = '9.0.0'
/** Not a package of the project: its 62 dependencies would make everybody's first start slower. */
const AUTOCANNON = join(ROOT, 'dist', `autocannon-${VERSION}`)

/** Downloads the tool if it is missing. */
export async function ensureTool() {
  if (TOOL === 'wrk' || existsSync(join(AUTOCANNON, 'node_modules', 'autocannon'))) return
  console.log(`Downloading autocannon ${VERSION}; wrk would be more exact …`)
  mkdirSync(AUTOCANNON, { recursive: true })
  const options = ['--no-save', '--no-package-lock', '--ignore-scripts', '--no-audit', '--no-fund', '--loglevel=error']
  await npm(
    ['install', '--prefix', AUTOCANNON, ...options, `autocannon@${VERSION}`],
    'autocannon could not be downloaded. Install wrk, then run the same command again.',
  )
}

/** @type {(load: Load) => Promise<Loaded>} */
const measure = TOOL === 'wrk' ? withWrk : withAutocannon

/** @param {Load} load */
async function withAutocannon({ url, method = 'GET', headers, body, connections, seconds }) {
  const { default: autocannon } = await import(
    pathToFileURL(join(AUTOCANNON, 'node_modules', 'autocannon', 'autocannon.js')).href
  )
  let n = 0
  const prefix = unique()
  const path = url.slice(new URL(url).origin.length)
  const setupRequest = (/** @type {object} */ request) => {
    const name = `${prefix}${n++}`
    return { ...request, path: path.replace('{n}', name), body: body?.replace('{n}', name) }
  }
  const result = await autocannon({
    url,
    connections,
    duration: seconds,
    requests: [{ method, headers, ...(varies(url, body) ? { setupRequest } : { body }) }],
  })
  return {
    rate: result.requests.total / result.duration,
    p50: result.latency.p50,
    p99: result.latency.p99,
    failed: result.errors + result.non2xx,
  }
}

/** @param {Load} load */
async function withWrk({ url, method = 'GET', headers, body, connections, seconds }) {
  const folder = mkdtempSync(join(tmpdir(), 'concord-bench-wrk-'))
  try {
    const script = join(folder, 'load.lua')
    writeFileSync(script, luaOf({ url, method, headers, body }))
    const args = ['-t1', `-c${connections}`, `-d${seconds}s`, '--timeout', '30s', '--latency', '-s', script, url]
    const output = execFileSync(/** @type {string} */ (find('wrk')), args, { encoding: 'utf8' })
    const [, sent, elapsed] = output.match(/(\d+) requests in ([\d.]+\w+),/) ?? []
    const errors = [...output.matchAll(/(?:Non-2xx or 3xx responses:|connect|read|write|timeout) (\d+)/g)]
    return {
      rate: Number(sent) / (milliseconds(elapsed) / 1000),
      p50: milliseconds(output.match(/50% +(\S+)/)?.[1]),
      p99: milliseconds(output.match(/99% +(\S+)/)?.[1]),
      failed: errors.reduce((sum, [, count]) => sum + Number(count), 0),
    }
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

const varies = (/** @type {(string | undefined)[]} */ ...texts) => texts.some((text) => text?.includes('{n}'))

/** @param {{ url: string, method: string, headers: Record<string, string>, body: string | undefined }} request */
function luaOf({ url, method, headers, body }) {
  const lines = Object.entries(headers).map(([name, value]) => `wrk.headers[${quoted(name)}] = ${quoted(value)}`)
  lines.push(`wrk.method = ${quoted(method)}`)
  if (body !== undefined) lines.push(`wrk.body = ${quoted(body)}`)
  if (!varies(url, body)) return lines.join('\n')
  const prefix = unique()
  const another = (/** @type {string | undefined} */ text) => {
    if (!text?.includes('{n}')) return 'nil'
    const [before = '', after = ''] = text.split('{n}')
    return `${quoted(before)} .. ${quoted(prefix)} .. n .. ${quoted(after)}`
  }
  const path = another(url.slice(new URL(url).origin.length))
  lines.push('local n = 0')
  lines.push(`request = function() n = n + 1; return wrk.format(nil, ${path}, nil, ${another(body)}) end`)
  return lines.join('\n')
}

/** As a string of Lua: its escapes for control characters are decimal. */
const quoted = (/** @type {string} */ text) =>
  `"${text.replace(/[\\"]/g, '\\$&').replace(/[\r\n]/g, (character) => `\\${character.charCodeAt(0)}`)}"`

const unique = () => `made-${randomBytes(3).toString('hex')}-`

/** @param {string | undefined} text as wrk prints it: `812.00us`, `1.20ms`, `2.00s` */
function milliseconds(text = '') {
  const [, number, unit = ''] = text.match(/^([\d.]+)(us|ms|s|m)$/) ?? []
  return Number(number) * ({ us: 0.001, ms: 1, s: 1000, m: 60_000 }[unit] ?? Number.NaN)
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  console.log(JSON.stringify(await measure(JSON.parse(process.argv[2] ?? '{}'))))
}
