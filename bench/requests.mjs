import { execFile } from 'node:child_process'
import { join } from 'node:path'
import process from 'node:process'
import { promisify } from 'node:util'
import { apiOf } from './api.mjs'
import { MADE, VALUE } from './given.mjs'
import { memoryOf, startBare } from './servers.mjs'

/**
 * @typedef {{ name: string, as: 'session' | 'key', path: string, body?: string, oursOnly?: true, gateway?: true }} Case
 * @typedef {'ours' | 'bare' | 'concord' | 'gateway'} PeerName `gateway` is ours in front of ours
 * @typedef {Partial<Record<PeerName, { rate: number[], p50: number[], p99: number[] }>>} Results of a case
 * @typedef {{ url: string, headers: Record<Case['as'], Record<string, string>> }} Target
 */

export const CONNECTIONS = 16

const BOUNDARY = 'the-boundary-of-the-benchmark'
/** @param {Record<string, string>} fields */
const multipart = (fields) =>
  `${Object.entries(fields)
    .map(([name, text]) => `--${BOUNDARY}\r\nContent-Disposition: form-data; name="${name}"\r\n\r\n${text}\r\n`)
    .join('')}--${BOUNDARY}--\r\n`

const list = `/api/v2/org/many/secret`
/** @type {Case[]} */
export const CASES = [
  { name: 'ping', as: 'session', path: '/api/v1/server/ping' },
  { name: 'whoami, 200 organizations', as: 'session', path: '/api/service/console/whoami' },
  { name: 'get one secret', as: 'session', path: `${list}/key-02500`, gateway: true },
  { name: 'list, first 50 of 5,000', as: 'session', path: `${list}?limit=50` },
  { name: 'list, filter `0424`', as: 'session', path: `${list}?filter=0424&limit=50` },
  { name: 'get one secret', as: 'key', path: `${list}/key-02500` },
  {
    name: 'read a value',
    as: 'key',
    path: `/api/v1/org/${VALUE.org}/secret/${VALUE.name}/data`,
    body: multipart({ storePassword: '' }),
  },
  { name: 'list, first 50', as: 'key', path: `${list}?limit=50` },
  { name: 'list, 100 at offset 4,800', as: 'key', path: `${list}?offset=4800&limit=100` },
  {
    name: 'create DATA, durable',
    as: 'key',
    path: `/api/v1/org/${MADE}/secret`,
    body: multipart({ name: '{n}', type: 'DATA', visibility: 'PRIVATE', data: 'a value of the benchmark' }),
  },
  // What is asked for the first time since a write, and is not in memory: the server ignores `n`.
  { name: 'whoami, not in memory', as: 'session', path: '/api/service/console/whoami?n={n}', oursOnly: true },
  { name: 'get one secret, not in memory', as: 'session', path: `${list}/key-02500?n={n}`, oursOnly: true },
  { name: 'list, first 50 of 5,000, not in memory', as: 'session', path: `${list}?limit=50&n={n}`, oursOnly: true },
  {
    name: 'list, filter `0424`, not in memory',
    as: 'session',
    path: `${list}?filter=0424&limit=50&n={n}`,
    oursOnly: true,
  },
  { name: 'list, 100 of 1,000', as: 'session', path: '/api/v2/org/thousand/secret?limit=100', oursOnly: true },
  { name: 'list, 100 of 100,000', as: 'session', path: '/api/v2/org/most/secret?limit=100', oursOnly: true },
]

/**
 * Loads all servers with each case, in turns, so that a busy moment of the machine meets all of them.
 * @param {{ ours: Target & { pid: number }, gateway: Target, concord?: Target }} peers
 * @param {{ rounds: number, seconds: number, warmUp: boolean }} options a round before the first that counts
 * @returns {Promise<{ results: Map<Case, Results>, memory: number[] }>} memory of our server after each round, in MB
 */
export async function measureRequests({ ours, gateway, concord }, { rounds, seconds, warmUp }) {
  const bare = await startBare(await Promise.all(CASES.map((each) => recorded(ours, each))))
  /** @type {Record<string, Target>} */
  const targets = { ours, gateway, bare: { ...ours, url: bare.url }, ...(concord ? { concord } : {}) }
  /** @type {Map<Case, Results>} */
  const results = new Map(CASES.map((each) => [each, {}]))
  const memory = []
  // Compilers, caches, connections to databases.
  for (let round = warmUp ? 0 : 1; round <= rounds; round++) {
    for (const [each, ofCase] of results) {
      for (const [name, target] of Object.entries(targets)) {
        if ((each.oursOnly && name !== 'ours') || (name === 'gateway' && !each.gateway)) continue
        const { failed, rate, p50, p99 } = await load(target, each, round === 0 ? 1 : seconds)
        if (failed > 0) throw new Error(`${name}, ${each.name}: ${failed} requests failed`)
        if (round === 0) continue
        const peer = /** @type {PeerName} */ (name)
        const measured = ofCase[peer] ?? { rate: [], p50: [], p99: [] }
        ofCase[peer] = measured
        measured.rate.push(rate)
        measured.p50.push(p50)
        measured.p99.push(p99)
      }
    }
    if (round > 0) memory.push(await memoryOf(ours.pid))
  }
  await bare.stop()
  return { results, memory }
}

/**
 * The headers of both ways in.
 * @param {string} url
 * @param {string} key
 * @returns {Promise<Target>}
 */
export async function targetOf(url, key) {
  const cookie = await apiOf(url, key).session()
  return { url, headers: { session: { Cookie: cookie }, key: { Authorization: key } } }
}

/** @type {(target: Target, each: Case, seconds: number) => Promise<import('./load.mjs').Loaded>} */
async function load(target, each, seconds) {
  const sent = requestOf(target, each)
  const arg = JSON.stringify({ ...sent, url: target.url + each.path, connections: CONNECTIONS, seconds })
  const { stdout } = await promisify(execFile)(process.execPath, [join(import.meta.dirname, 'load.mjs'), arg])
  return JSON.parse(stdout)
}

/** @type {(target: Target, each: Case) => { method: string, headers: Record<string, string>, body?: string }} */
const requestOf = ({ headers }, { as, body }) => ({
  method: body === undefined ? 'GET' : 'POST',
  headers: {
    ...headers[as],
    ...(body === undefined ? {} : { 'Content-Type': `multipart/form-data; boundary=${BOUNDARY}` }),
  },
  ...(body === undefined ? {} : { body }),
})

/** What our server answers, for the one that only sends. */
async function recorded(/** @type {Target} */ ours, /** @type {Case} */ each) {
  const sent = requestOf(ours, each)
  const body = sent.body?.replace('{n}', 'recorded')
  const headers = { ...sent.headers, 'Accept-Encoding': 'identity' }
  const response = await fetch(ours.url + each.path, { ...sent, headers, ...(body === undefined ? {} : { body }) })
  if (!response.ok) throw new Error(`${each.path}: ${response.status} ${await response.text()}`)
  const bytes = Buffer.from(await response.arrayBuffer())
  // Node adds these itself.
  const own = /^(connection|keep-alive|date|transfer-encoding|content-length)$/
  return {
    path: each.path,
    status: response.status,
    headers: [...[...response.headers].filter(([name]) => !own.test(name)).flat(), 'content-length', `${bytes.length}`],
    body: bytes.toString('base64'),
  }
}
