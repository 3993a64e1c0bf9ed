// What a run has started it stops, whatever its end: a failure, a signal, or all being well.
import { execFile, spawn } from 'node:child_process'
import { closeSync, openSync, readFileSync } from 'node:fs'
import { createServer } from 'node:net'
import process from 'node:process'
import { setTimeout as sleep } from 'node:timers/promises'
import { ExpectedError } from '../ensure.mjs'

const tasks = []

/** Has something done when this process ends, the latest first. Nothing can wait then: it has to be synchronous. */
export function atEnd(task) {
  tasks.push(task)
}

process.on('exit', () => {
  for (const task of tasks.reverse()) {
    try {
      task()
    } catch (error) {
      console.error(`Not tidied up: ${error.message}`)
    }
  }
})

for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) {
  process.on(signal, () => {
    // While tests run their runner is asked to end first; scripts/stages.mjs listens for that too.
    if (process.listenerCount(signal) === 1) process.exit(1)
  })
}

/** Runs a program to its end and answers its output; a failing one becomes an error with its last words. */
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

/** Starts a program that runs until the end of this one, its output into a file. */
export function start(program, args, { log, ...options }) {
  const output = openSync(log, 'a')
  const child = spawn(program, args, { ...options, stdio: ['ignore', output, output] })
  closeSync(output)
  child.on('error', () => {})
  atEnd(() => child.kill('SIGKILL'))
  return {
    stop: () => child.kill('SIGKILL'),
    /** Waits until it does what it is for; fails, with its last words, when it ends before or takes too long. */
    async until(ready, what, seconds) {
      const deadline = Date.now() + seconds * 1000
      for (;;) {
        if (await ready().catch(() => false)) return
        const over = child.exitCode !== null || child.signalCode !== null || child.pid === undefined
        if (over || Date.now() > deadline) {
          const words = readFileSync(log, 'utf8').trim().split('\n').slice(-30).join('\n')
          throw new ExpectedError(`${what} ${over ? 'ended' : `did not answer for ${seconds} s`}:\n${words}`)
        }
        await sleep(100)
      }
    },
  }
}

/** A port that nobody listens on at this moment. */
export function freePort() {
  return new Promise((resolve, reject) => {
    const probe = createServer().on('error', reject)
    probe.listen(0, '127.0.0.1', () => {
      const { port } = probe.address()
      probe.close(() => resolve(port))
    })
  })
}
