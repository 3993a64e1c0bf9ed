#!/usr/bin/env node
// `npm start`, `npm run dev`, `npm run user` and the other commands: installs and builds what has changed, then runs it.
// Only Node's own modules before the installation, and only syntax that an old Node can read before its check.
import process from 'node:process'

const [major = 0, minor = 0] = process.versions.node.split('.').map(Number)
if (major < 20 || (major === 20 && minor < 19)) {
  console.error(`Node ${process.versions.node} is too old: this program needs 20.19 or newer. See https://nodejs.org`)
  process.exit(1)
}

run(process.argv.slice(2)).catch((error) => {
  console.error(error.expected ? error.message : error)
  process.exitCode = 1
})

/** @param {string[]} args */
async function run(args) {
  const { ensureBuilt, ensureInstalled } = await import('./ensure.mjs')
  await ensureInstalled()
  if (args[0] === '--dev') {
    await import('./dev.mjs')
    return
  }
  const [entry = 'main', ...rest] = args[0] === '--run' ? args.slice(1) : ['main', ...args]
  const built = await ensureBuilt(entry === 'main' ? ['server', 'client'] : ['server'])
  // The program reads its arguments from process.argv and runs in this process, so signals need no forwarding and a
  // second start stays quick.
  process.argv.splice(2, Infinity, ...rest)
  await import(built(entry))
}
