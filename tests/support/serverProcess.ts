import { type ChildProcess, spawn } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'

/*
 * For tests that need a real process: signals, locks, crashes, the command line. They run the built
 * programs of dist/server.
 */

const PROGRAMS = join(import.meta.dirname, '../../dist/server')

/** The admin key of every test server. */
export const ADMIN_KEY = 'dGVzdC1hZG1pbi1rZXk'

/** For the environment of a process whose passwords cost next to nothing: see quickPasswords.mjs. */
export const QUICK_PASSWORDS = {
  NODE_OPTIONS: `--import=${pathToFileURL(join(import.meta.dirname, 'quickPasswords.mjs'))}`,
}

/** A response whose JSON a test reads without declaring its shape. */
export interface TestResponse extends Response {
  // biome-ignore lint/suspicious/noExplicitAny: the test says what it expects of it
  json(): Promise<any>
}

interface RunOptions {
  dataDir: string
  args?: string[]
  input?: string
  environment?: Record<string, string>
}

interface Ended {
  code: number | null
  stdout: string
  stderr: string
}

/** Starts the server on a folder. Resolves when it listens; rejects with its output if it exits before that. */
export const startServer = (dataDir: string, environment?: Record<string, string>): Promise<ServerProcess> =>
  listening(start('main', [], dataDir, environment))

/** Runs a program and waits for its end. */
export function runProgram(
  entry: 'main' | 'user' | 'backup' | 'master-key',
  { dataDir, args = [], input = '', environment }: RunOptions,
): Promise<Ended> {
  const child = start(entry, args, dataDir, environment)
  child.stdin.end(input)
  return ended(child)
}

const start = (entry: string, args: string[], dataDir: string, environment: Record<string, string> = {}) =>
  spawn(process.execPath, [join(PROGRAMS, `${entry}.js`), ...args], {
    cwd: dataDir,
    // Nothing from the environment of the test run.
    env: { PATH: process.env.PATH, ...settings(dataDir), ...environment },
  })

const settings = (dataDir: string) => ({
  DATA_DIR: dataDir,
  PORT: '0',
  ADMIN_API_KEY: ADMIN_KEY,
  SAMPLE_DATA: 'off',
})

export interface ServerProcess {
  url: string
  pid: number | undefined
  /** Its output so far: standard output, and the log on standard error. */
  output(): string
  log(): string
  /** Sends a signal that does not end it, as SIGSTOP. */
  signal(signal: NodeJS.Signals): void
  /** Sends a signal and waits for the process to end. */
  end(signal: NodeJS.Signals): Promise<number | null>
  hasEnded(): boolean
  request(path: string, init?: RequestInit & { as?: string }): Promise<TestResponse>
}

function listening(child: ChildProcess): Promise<ServerProcess> {
  let output = ''
  let log = ''
  const exited = new Promise<number | null>((resolve) => child.on('exit', resolve))
  return new Promise((resolve, reject) => {
    child.stdout?.on('data', (chunk: Buffer) => {
      output += chunk
      const url = /console: (http:\S+)\//.exec(output)?.[1]
      if (!url) return
      resolve({
        url,
        pid: child.pid,
        output: () => output,
        log: () => log,
        signal: (signal) => void child.kill(signal),
        end(signal) {
          child.kill(signal)
          return exited
        },
        hasEnded: () => child.exitCode !== null || child.signalCode !== null,
        request: (path, { as = ADMIN_KEY, ...init } = {}) =>
          fetch(url + path, { ...init, headers: { ...(as ? { Authorization: as } : {}), ...init.headers } }),
      })
    })
    child.stderr?.on('data', (chunk: Buffer) => {
      log += chunk
    })
    child.on('exit', () => reject(new Error(`The server ended: ${output}${log}`)))
  })
}

function ended(child: ChildProcess): Promise<Ended> {
  let stdout = ''
  let stderr = ''
  child.stdout?.on('data', (chunk) => {
    stdout += chunk
  })
  child.stderr?.on('data', (chunk) => {
    stderr += chunk
  })
  return new Promise((resolve) => child.on('close', (code) => resolve({ code, stdout, stderr })))
}

/** A folder that is removed after the test. */
export function temporaryFolder() {
  const path = mkdtempSync(join(tmpdir(), 'concord-process-'))
  return { path, remove: () => rmSync(path, { recursive: true, force: true }) }
}
