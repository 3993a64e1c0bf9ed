import { execFile, spawn } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import process from 'node:process'
import { promisify } from 'node:util'
import { ROOT } from '../scripts/ensure.mjs'

/**
 * @typedef {{ url: string, adminKey: string }} Peer a server with Concord's API
 * @typedef {Peer & { pid: number, ms: number, stop: () => Promise<unknown> }} Ours
 */

const ADMIN_KEY = randomBytes(16).toString('base64')

/**
 * Starts our server, on a free port of 127.0.0.1, without a limit of requests. `ms` is the time from the command until it
 * listens.
 * @param {string} dataDir
 * @param {Record<string, string>} environment
 * @returns {Promise<Ours>}
 */
export function startOurs(dataDir, environment = {}) {
  const before = performance.now()
  const child = spawn(process.execPath, [join(ROOT, 'scripts/start.mjs')], {
    cwd: ROOT,
    stdio: ['ignore', 'pipe', 'inherit'],
    env: {
      ...process.env,
      ...{ CONCORD_URL: '', DATA_DIR: dataDir, PORT: '0', HOST: '127.0.0.1', ADMIN_API_KEY: ADMIN_KEY },
      ...{ SAMPLE_DATA: 'off', LOG_LEVEL: 'warn', REQUESTS_PER_SECOND: 'off', SECRETS_PER_ORGANIZATION: '1000000' },
      // Nobody is warned of what the benchmark reads.
      ...{ ALERT_READS: '0', ...environment },
    },
  })
  return whenReady(child, /console: (http:\/\/[^/\s]+)/, (url) => ({
    url,
    adminKey: ADMIN_KEY,
    pid: child.pid ?? 0,
    ms: performance.now() - before,
  }))
}

/**
 * Starts the server that only sends: it answers each path with what `peer` has answered.
 * @param {{ path: string, status: number, headers: string[], body: string }[]} answers
 */
export function startBare(answers) {
  const child = spawn(process.execPath, [join(import.meta.dirname, 'bare.mjs')], { stdio: ['pipe', 'pipe', 'inherit'] })
  child.stdin.end(answers.map((answer) => `${JSON.stringify(answer)}\n`).join(''))
  return whenReady(child, /^(\d+)$/m, (port) => ({ url: `http://127.0.0.1:${port}` }))
}

/**
 * @template T
 * @param {import('node:child_process').ChildProcess} child
 * @param {RegExp} ready what it prints then
 * @param {(said: string) => T} made
 * @returns {Promise<T & { stop: () => Promise<unknown> }>}
 */
function whenReady(child, ready, made) {
  const ended = new Promise((resolve) => child.on('exit', resolve))
  const stop = () => {
    child.kill('SIGTERM')
    return ended
  }
  // However this process ends.
  process.on('exit', () => child.kill('SIGKILL'))
  return new Promise((resolve, reject) => {
    let output = ''
    child.stdout?.on('data', (chunk) => {
      output += chunk
      const said = ready.exec(output)?.[1]
      if (said) resolve({ ...made(said), stop })
    })
    child.on('exit', () => reject(new Error(`The server ended: ${output}`)))
  })
}

/**
 * The memory of a process, in MB; NaN where /proc is missing and `ps` too.
 * @param {number} pid
 */
export async function memoryOf(pid) {
  try {
    return Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]) / 1000
  } catch {
    const { stdout } = await promisify(execFile)('ps', ['-o', 'rss=', '-p', String(pid)]).catch(() => ({ stdout: '' }))
    return Number(stdout || Number.NaN) / 1000
  }
}

for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, () => process.exit(130))
