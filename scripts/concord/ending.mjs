// A run stops everything it has started, however it ends: success, failure or a signal.
import { execFile, spawn } from 'node:child_process'
import { closeSync, openSync, readFileSync } from 'node:fs'
import process from 'node:process'
import { setTimeout as sleep } from 'node:timers/promises'
import { ExpectedError } from '../ensure.mjs'

/** @type {(() => void)[]} */
const tasks = []

/**
 * Registers a function to call when this process ends, last one first. It must be synchronous.
 * @param {() => void} task
 */
export function atEnd(task) {
  tasks.push(task)
}

process.on('exit', () => {
  for (const task of tasks.reverse()) {
    try {
      task()
    } catch (error) {
      console.error(`Clean-up failed: ${/** @type {Error} */ (error).message}`)
    }
  }
})

for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) {
  process.on(signal, () => {
    // While tests run, their runner is stopped first; scripts/stages.mjs listens for that too.
    if (process.listenerCount(signal) === 1) process.exit(1)
  })
}

/** Against hanging only: on a busy machine everything takes several times as long. */
const PATIENCE = 15 * 60_000

/** @typedef {{ cwd?: string, env?: NodeJS.ProcessEnv, uid?: number, gid?: number }} Options of a process */

/**
 * Runs a program and returns its output; throws an error with its last line of output if it fails.
 * @param {string} program
 * @param {string[]} args
 * @param {Options & { input?: Buffer }} options
 * @returns {Promise<string>}
 */
export function execute(program, args, { input, ...options } = {}) {
  return new Promise((resolve, reject) => {
    const child = execFile(program, args, { maxBuffer: 16 * 1024 * 1024, ...options }, (error, stdout, stderr) => {
      if (!error) return resolve(stdout)
      const words = (stderr || stdout || error.message).trim().split('\n').slice(-5).join('\n')
      reject(new ExpectedError(`${program} ${args[0] ?? ''}: ${words}`))
    })
    atEnd(() => child.kill('SIGKILL'))
    child.stdin?.end(input)
  })
}

/**
 * Starts a program that runs until this one ends; its output goes to a file.
 * @param {string} program
 * @param {string[]} args
 * @param {Options & { log: string }} options
 */
export function start(program, args, { log, ...options }) {
  const output = openSync(log, 'a')
  const child = spawn(program, args, { ...options, stdio: ['ignore', output, output] })
  closeSync(output)
  child.on('error', () => {})
  atEnd(() => child.kill('SIGKILL'))
  return {
    stop: () => child.kill('SIGKILL'),
    /**
     * Waits until it is ready. Throws, with its last line of output, if it ends before that or takes too long.
     * @param {() => Promise<unknown>} ready
     * @param {string} what
     */
    async until(ready, what) {
      const deadline = Date.now() + PATIENCE
      for (;;) {
        if (await ready().catch(() => false)) return
        const over = child.exitCode !== null || child.signalCode !== null || child.pid === undefined
        if (over || Date.now() > deadline) {
          const words = readFileSync(log, 'utf8').trim().split('\n').slice(-30).join('\n')
          throw new ExpectedError(`${what} ${over ? 'ended' : 'did not answer'}:\n${words}`)
        }
        await sleep(100)
      }
    },
  }
}
